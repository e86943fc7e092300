/** A server of Node's that programs in images fetch from. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A running server. */
export interface WebServer {
  readonly port: number;
  close(): void;
}

/** Serves what tests/apps/network.ts asks for, on loopback. */
export async function startWebServer(): Promise<WebServer> {
  let askForNext = (): void => {};
  const server = createServer((request, response) => {
    switch (request.url?.replace(/\?.*/, "")) {
      case "/get":
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify([request.method, request.url, request.headers["x-a"]]));
        break;
      case "/echo":
        request.pipe(response);
        break;
      case "/peer":
        response.end(String(request.socket.remotePort));
        break;
      case "/close":
        response.setHeader("connection", "close");
        response.end("closed");
        break;
      case "/drip":
        response.write("drop");
        break;
      case "/next":
        response.end();
        askForNext();
        break;
      case "/pieces":
        sendPieces(response, (next) => {
          askForNext = next;
        });
        break;
      default:
    }
  }).listen(0, "127.0.0.1");
  await new Promise((settle) => server.once("listening", settle));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Sends a piece whenever it is asked to, and the first at once. */
function sendPieces(response: ServerResponse, onAsked: (next: () => void) => void): void {
  const left = ["first", "second", "third"];
  const next = (): void => {
    const piece = left.shift();
    if (piece === undefined) response.end();
    else response.write(piece);
  };
  onAsked(next);
  next();
}
