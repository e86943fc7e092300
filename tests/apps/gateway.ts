/** A service that asks another server, and one that speaks WebSocket. */
import { upgradeWebSocket } from "tsuki:http";

function socket(request: Request): Response {
  const upgraded = upgradeWebSocket(request);
  upgraded.socket.binaryType = "arraybuffer";
  upgraded.socket.addEventListener("message", (event) => {
    const { data } = event as Event & { readonly data: string };
    if (data === "bye") upgraded.socket.close(1000, "bye");
    else upgraded.socket.send(data);
  });
  return upgraded.response;
}

async function proxy(request: Request, upstream: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  try {
    return await fetch(`${upstream}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      body: request.body,
    });
  } catch (error) {
    return new Response(String(error), { status: 502 });
  }
}

export default {
  async fetch(request: Request, env: Record<string, string>): Promise<Response> {
    if (request.url.endsWith("/socket")) return socket(request);
    return await proxy(request, env["UPSTREAM"] ?? "http://127.0.0.1:1");
  },
};
