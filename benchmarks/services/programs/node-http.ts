/** The peer of hello.ts and hono.ts: what they answer, from Node's own server. */
import { createServer } from "node:http";

const prefix = "/json/";

const server = createServer((request, response) => {
  if (request.url?.startsWith(prefix)) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ hello: request.url.slice(prefix.length), numbers: [1, 2, 3] }));
    return;
  }
  response.setHeader("content-type", "text/plain;charset=UTF-8");
  response.end("hello");
});

server.listen(Number(process.env["PORT"]), "127.0.0.1");
