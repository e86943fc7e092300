// An HTTP service in AssemblyScript on the server inside the image. Port: PORT, or 8080.
import { Request, serve } from "tsuki/http";

const buffer = new Uint8Array(16_384);

/** Sends a request's body back as it comes. */
function echo(request: Request): void {
  if (request.start(200) != 0) return;
  for (let length = request.read(buffer); length > 0; length = request.read(buffer)) {
    if (request.write(buffer.subarray(0, length)) != 0) return;
  }
  request.end();
}

function greet(request: Request): void {
  const agent = request.field("user-agent");
  request.respondText(200, `Hello, ${agent === null ? "stranger" : agent}!\n`);
}

function answer(request: Request): void {
  const path = request.path;
  if (path == "/") request.respondText(200, "Hello from AssemblyScript!\n");
  else if (path == "/greet") greet(request);
  else if (path == "/echo") echo(request);
  else request.respondText(404, "There is nothing here.\n");
}

const port = process.env.has("PORT") ? process.env.get("PORT") : "8080";
const error = serve(i32.parse(port), answer);
if (error != 0) {
  console.error(`service: cannot listen on port ${port} (error ${-error})`);
  process.exit(1);
}
