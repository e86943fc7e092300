// An HTTP/1.1 server in AssemblyScript: one loop, many connections, keep-alive. Enough of the
// protocol for GET; `tsuki:http` has all of it.
import {
  accept, AGAIN, close, listen, localPort, poll, READABLE, receive, sendText, setBlocking,
  setNoDelay,
} from "tsuki/net";

const port = process.argv.length > 1 ? i32.parse(process.argv[1]) : 8080;
const listener = listen(port);
if (listener < 0) {
  console.error(listener == -3 ? `http: port ${port}: port in use` : `http: error ${-listener}`);
  process.exit(1);
}
setBlocking(listener, false);
console.log(`listening on port ${localPort(listener)}`);

/** Sockets, the listener first, and what has arrived of each one's request. */
const sockets: i32[] = [listener];
const requests: string[] = [""];
const buffer = new Uint8Array(4096);

function acceptAll(): void {
  for (let socket = accept(listener, false); socket >= 0; socket = accept(listener, false)) {
    setNoDelay(socket);
    sockets.push(socket);
    requests.push("");
  }
}

function respond(socket: i32, status: string, body: string, closes: bool): void {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n`;
  sendText(socket, head + (closes ? "Connection: close\r\n\r\n" : "\r\n") + body);
}

/** Answers the whole requests that are there; false when the connection is over. */
function answer(index: i32): bool {
  let request = requests[index];
  for (let end = request.indexOf("\r\n\r\n"); end >= 0; end = request.indexOf("\r\n\r\n")) {
    const isGet = request.startsWith("GET ");
    const closes = !isGet || request.substring(0, end).includes("Connection: close");
    if (isGet) respond(sockets[index], "200 OK", "Hello from AssemblyScript!\n", closes);
    else respond(sockets[index], "405 Method Not Allowed", "GET only\n", closes);
    if (closes) return false;
    request = request.substring(end + 4);
  }
  requests[index] = request;
  return request.length < 16384;
}

function serve(index: i32): bool {
  const length = receive(sockets[index], buffer);
  if (length == AGAIN) return true;
  if (length <= 0) return false;
  requests[index] += String.UTF8.decodeUnsafe(buffer.dataStart, length);
  return answer(index);
}

while (true) {
  const states = new Array<i32>(sockets.length).fill(READABLE);
  poll(sockets, states, -1);
  for (let index = sockets.length - 1; index > 0; index--) {
    if (states[index] == 0 || serve(index)) continue;
    close(sockets[index]);
    sockets.splice(index, 1);
    requests.splice(index, 1);
  }
  if (states[0] != 0) acceptAll();
}
