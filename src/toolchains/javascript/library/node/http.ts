/** Node's http: servers, and requests by way of fetch. */
import { ClientRequest, get, request } from "./http-parts/client-request.ts";
import { IncomingMessage } from "./http-parts/incoming-message.ts";
import { OutgoingMessage } from "./http-parts/outgoing-headers.ts";
import { type RequestListener, Server } from "./http-parts/server.ts";
import { ServerResponse } from "./http-parts/server-response.ts";
import { statusTexts } from "./http-parts/status-texts.ts";

/** A server whose requests a function answers. */
export function createServer(
  optionsOrListener?: object | RequestListener,
  listener?: RequestListener,
): Server {
  return new Server(optionsOrListener, listener);
}

/** Connections are kept by fetch; an agent's options change nothing. */
export class Agent {
  readonly maxSockets = Number.POSITIVE_INFINITY;

  destroy(): void {
    // There is nothing to end.
  }
}

export const globalAgent = new Agent();
export const METHODS = [
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "QUERY",
  "TRACE",
];
export const maxHeaderSize = 16_384;
export {
  ClientRequest,
  get,
  IncomingMessage,
  OutgoingMessage,
  request,
  Server,
  ServerResponse,
  statusTexts as STATUS_CODES,
};

const whole = {
  Agent,
  ClientRequest,
  createServer,
  get,
  globalAgent,
  IncomingMessage,
  maxHeaderSize,
  METHODS,
  OutgoingMessage,
  request,
  Server,
  ServerResponse,
  STATUS_CODES: statusTexts,
};

export { whole as default };
