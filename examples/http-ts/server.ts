/** A small HTTP service: `tsuki run examples/http-ts/server.ts`, then `curl localhost:8080/moon`. */

type Handler = (request: Request, url: URL) => Response | Promise<Response>;

let served = 0;

const handlers: Readonly<Record<string, Handler>> = {
  "GET /": () => new Response("Hello from TypeScript, sealed.\n"),
  "GET /served": () => Response.json({ served }),
  "POST /echo": (request) => new Response(request.body),
};

function greet(_request: Request, { pathname }: URL): Response {
  return Response.json({ greeting: `Hello, ${decodeURIComponent(pathname.slice(1))}!` });
}

export default {
  async fetch(request: Request): Promise<Response> {
    served++;
    const url = new URL(request.url);
    return (handlers[`${request.method} ${url.pathname}`] ?? greet)(request, url);
  },
};
