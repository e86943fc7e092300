/** Services that pass requests on, and connections that become WebSockets, on every monitor. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { monitorCases } from "../built-monitors.fixture.ts";
import { freePort } from "../free-port.fixture.ts";
import { Client } from "../http/service.fixture.ts";
import { AppImages, type Server, startServer } from "../servers.fixture.ts";
import { untilListening, untilRefused } from "../standalone.fixture.ts";

const images = new AppImages();
afterAll(() => images.remove());

const source = join(import.meta.dirname, "../apps/gateway.ts");
const large = randomBytes(4_000_000);

/** What the gateway asks. */
const upstream = createServer((request, response) => {
  if (request.url === "/large") response.end(large);
  else if (request.url === "/fail") response.destroy();
  else if (request.url === "/stream") {
    response.write("begun;");
    void once(request, "end").then(() => response.end("ended"));
    request.resume();
  } else {
    response.setHeader("x-seen", [request.method, request.url, request.headers["x-a"]].join(" "));
    response.statusCode = 201;
    request.pipe(response);
  }
});

for (const { title, open, isHere } of monitorCases) {
  if (title.startsWith("qemu")) continue;
  describe.runIf(isHere)(`a gateway on ${title}`, { timeout: 40_000 }, () => {
    let gateway: Server;
    let port: number;

    beforeAll(async () => {
      if (!upstream.listening) await once(upstream.listen(0, "127.0.0.1"), "listening");
      port = await freePort();
      const { port: target } = upstream.address() as AddressInfo;
      const environment = [`PORT=${port}`, `UPSTREAM=http://127.0.0.1:${target}`];
      gateway = await startServer(open(), images, source, { arguments: [], environment });
      await untilListening(port, 20_000);
    }, 60_000);

    afterAll(async () => {
      gateway.instance.kill();
      await gateway.ended();
    });

    test("passes requests and responses on", async () => {
      const init = { method: "PUT", body: "body", headers: { "x-a": "1" } };
      const response = await fetch(`http://127.0.0.1:${port}/a?b=c`, init);
      expect(response.status).toBe(201);
      expect(response.headers.get("x-seen")).toBe("PUT /a?b=c 1");
      expect(await response.text()).toBe("body");
    });

    test("passes large bodies on, both ways, many at once", async () => {
      const digest = createHash("sha256").update(large).digest("hex");
      const answers = ["/large", "/echo", "/large", "/echo"].map(async (path) => {
        const init = path === "/echo" ? { method: "POST", body: large } : {};
        const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
        const bytes = new Uint8Array(await response.arrayBuffer());
        return createHash("sha256").update(bytes).digest("hex");
      });
      expect(await Promise.all(answers)).toEqual(answers.map(() => digest));
    });

    test("passes on what has come before more comes", async () => {
      const client = new Client(connect(port, "127.0.0.1"));
      await client.send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
      await client.until("begun;");
      await client.send("c");
      await client.until("ended");
      client.close();
    });

    test("answers when the other server fails", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/fail`);
      expect(response.status).toBe(502);
      expect(await response.text()).toMatch(/^TypeError: fetch failed: /);
    });

    test("makes connections WebSockets", async () => {
      const client = new Client(connect(port, "127.0.0.1"));
      const [hello, bye] = [frame("hello"), frame("bye")];
      // The first message comes with the request.
      await client.send(`${upgradeRequest}${hello}`);
      const head = await client.until("\r\n\r\n");
      expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
      // RFC 6455, 1.3: the example.
      expect(head).toContain("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
      expect(head.match(/connection: upgrade\r\n/gi)).toHaveLength(1);
      expect(await client.until("hello")).toBe("\x81\x05hello");
      await client.send(frame("x".repeat(100)));
      expect(await client.until("x".repeat(100))).toMatch(/^\x81\x64x+$/);
      await client.send(bye);
      expect(await client.until("bye")).toBe("\x88\x05\x03\xe8bye");
      client.close();
    });

    test("asked to stop, passes on what it has begun, and ends with 0", async () => {
      const client = new Client(connect(port, "127.0.0.1"));
      await client.send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
      await client.until("begun;");
      gateway.instance.stop();
      await untilRefused(port, 20_000);
      await client.send("c");
      await client.until("ended");
      expect(await gateway.ended()).toMatchObject({ status: 0, errors: "" });
    });
  });
}

afterAll(() => {
  upstream.close();
  upstream.closeAllConnections();
});

const upgradeRequest = [
  "GET /socket HTTP/1.1",
  "Host: a",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "\r\n",
].join("\r\n");

/** RFC 6455, 5.2: a client's text frame whose mask changes nothing. */
function frame(text: string): string {
  return `\x81${String.fromCharCode(0x80 | text.length)}\0\0\0\0${text}`;
}
