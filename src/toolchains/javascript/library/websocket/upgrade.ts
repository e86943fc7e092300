/** RFC 6455, 4.2: a request becomes a WebSocket. */
import { digest } from "../crypto/digest.ts";
import { engine } from "../engine.ts";
import { type Request, requestParts } from "../fetch/request.ts";
import { type Response, responseOf } from "../fetch/response.ts";
import { checked } from "../instance/system-error.ts";
import { Incoming } from "../server/incoming.ts";
import { toBase64 } from "../text/native.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import { type WebSocket, webSocketOver } from "./web-socket.ts";

const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

/** What an upgrade gives: the socket, and the response that the handler must return. */
export interface UpgradedWebSocket {
  readonly socket: WebSocket;
  readonly response: Response;
}

/** Takes a request's connection over; throws a TypeError if it does not ask for a WebSocket. */
export function upgradeWebSocket(
  request: Request,
  options: { protocol?: string } = {},
): UpgradedWebSocket {
  const incoming = requestParts(request);
  if (!(incoming instanceof Incoming))
    throw new TypeError("Only a request that has arrived can be upgraded");
  const { headers } = request;
  const key = headers.get("sec-websocket-key");
  const isAsked =
    headers.get("upgrade")?.toLowerCase() === "websocket" &&
    headers.get("sec-websocket-version") === "13";
  if (!isAsked || key === null) throw new TypeError("The request does not ask for a WebSocket");
  const accept = toBase64(digest("SHA-1", encodeUtf8(key + acceptSuffix)));
  const answer = ["upgrade", "websocket", "connection", "Upgrade", "sec-websocket-accept", accept];
  const protocol = options.protocol ?? "";
  if (protocol !== "") answer.push("sec-websocket-protocol", protocol);
  const stream = checked(engine.httpUpgrade(incoming.handle, answer), "upgrade");
  incoming.isAnswered = true;
  const url = request.url.replace(/^http/, "ws");
  const response = responseOf({ body: null, status: 101, statusText: "", headers: undefined });
  return { socket: webSocketOver(stream, url, protocol), response };
}
