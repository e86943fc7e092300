/** tsuki:http: servers by hand, and WebSockets. */

import { engine } from "../engine.ts";
import type { Request } from "../fetch/request.ts";
import type { Response } from "../fetch/response.ts";
import { environment } from "../instance/environment.ts";
import { answer } from "../server/answer.ts";
import { closeListener, listen } from "../server/listen.ts";

export { type UpgradedWebSocket, upgradeWebSocket } from "../websocket/upgrade.ts";

/** Where a server listens; without a port it is PORT's, or 8080. */
export interface ServeOptions {
  readonly port?: number;
  readonly hostname?: string;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  readonly hostname: string;
  /** Accepts no more connections; the requests at hand are answered. */
  close(): void;
}

/** Answers requests with a function's responses, besides what the program exports. */
export function serve(
  handler: (request: Request) => Response | Promise<Response>,
  options: ServeOptions = {},
): HttpServer {
  const hostname = options.hostname ?? "0.0.0.0";
  const listener = listen(hostname, options.port ?? Number(environment().PORT ?? 8080), (handle) =>
    answer(handle, handler),
  );
  return { hostname, port: engine.httpLocalPort(listener), close: () => closeListener(listener) };
}
