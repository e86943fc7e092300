/** A plain server on node:http. */
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { parse } from "node:url";

const server = createServer((request, response) => {
  const { pathname, query } = parse(request.url ?? "", true);
  if (pathname === "/") {
    response.writeHead(200, { "Content-Type": "text/plain" });
    response.end("Hello node");
  } else if (pathname === "/api/users" && request.method === "POST") {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.statusCode = 201;
      response.setHeader("content-type", "application/json");
      response.end(Buffer.concat(chunks));
    });
  } else if (pathname === "/stream") {
    response.write("one\n");
    setTimeout(() => response.end("two\n"), 10);
  } else if (pathname === "/pipe") {
    request.pipe(response);
  } else {
    response
      .writeHead(404, "Nothing here")
      .end(JSON.stringify({ query, agent: request.headers["user-agent"] }));
  }
});
server.listen(8080, () => console.log("listening on", (server.address() as { port: number }).port));
process.on("SIGTERM", () => server.close(() => console.log("closed")));
