import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, hasProcesses, Images, Service } from "./service.fixture.ts";

const source = join(import.meta.dirname, "../apps/service.ts");
const close = "Host: a\r\nConnection: close\r\n\r\n";

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\n${close}`;
}

function post(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nContent-Length: ${body.length}\r\n${close}${body}`;
}

function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1]);
}

function bodyOf(response: string): string {
  return response.slice(response.indexOf("\r\n\r\n") + 4);
}

function unchunked(body: string): string {
  let text = "";
  for (let at = 0; ; ) {
    const end = body.indexOf("\r\n", at);
    const length = Number.parseInt(body.slice(at, end), 16);
    if (length === 0) return text;
    if (Number.isNaN(length)) throw new Error(`no chunk: ${body.slice(at, at + 20)}`);
    text += body.slice(end + 2, end + 2 + length);
    at = end + 2 + length + 2;
  }
}

describe.runIf(hasProcesses)("a TypeScript service as a sealed process", () => {
  const images = new Images();
  let image: string;
  let service: Service;

  beforeAll(async () => {
    image = await images.build(source);
    service = await Service.start(image);
  }, 240_000);

  afterAll(async () => {
    await service.stop();
    images.remove();
  });

  it("answers", async () => {
    const response = await service.exchange(get("/"));
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(response).toMatch(/\r\nDate: \w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT\r\n/);
    expect(response).toContain("\r\nContent-Length: 5\r\n");
    expect(response).toContain("\r\nConnection: close\r\n");
    expect(bodyOf(response)).toBe("hello");
  });

  it("tells the right date", async () => {
    const before = Math.floor(Date.now() / 1000);
    const [, date = ""] = /\r\nDate: (.*)\r\n/.exec(await service.exchange(get("/"))) ?? [];
    expect(Date.parse(date) / 1000).toBeGreaterThanOrEqual(before - 1);
    expect(Date.parse(date) / 1000).toBeLessThanOrEqual(Date.now() / 1000);
    expect(new Date(date).toUTCString()).toBe(date);
  });

  it("gives the parts of a request", async () => {
    const request = `PATCH /about?a=%20b HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\nX-B: \xe4\r\n${close}`;
    expect(JSON.parse(bodyOf(await service.exchange(request)))).toEqual({
      method: "PATCH",
      url: "http://a/about?a=%20b",
      headers: { connection: "close", host: "a", "x-a": "1, 2", "x-b": "Ã¤" },
    });
  });

  it("takes the host from an absolute target", async () => {
    const response = await service.exchange(get("http://b.org:81/about"));
    const { url, headers } = JSON.parse(bodyOf(response)) as { url: string; headers: object };
    expect([url, headers]).toEqual([
      "http://b.org:81/about",
      { connection: "close", host: "b.org:81" },
    ]);
  });

  it("sends fields as they are given", async () => {
    const response = await service.exchange(get("/fields"));
    expect(response).toMatch(/^HTTP\/1\.1 418 /);
    expect(response).toContain("\r\nx-two: \xe4\r\n");
    expect(response).toContain("\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n");
  });

  it("keeps a connection for the next request", async () => {
    const client = await service.open();
    for (let round = 0; round < 3; round++) {
      await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      expect(await client.until("hello")).not.toContain("Connection:");
    }
    client.close();
  });

  const versions: readonly (readonly [string, string, string])[] = [
    ["HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n", "Connection: close"],
    [
      "HTTP/1.0 keeps",
      "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
      "Connection: keep-alive",
    ],
    ["HTTP/1.1 closes", get("/"), "Connection: close"],
    [
      "options are a list",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
      "Connection: close",
    ],
  ];
  it.each(versions)("says what becomes of the connection: %s", async (_what, request, field) => {
    const client = await service.open();
    await client.send(request);
    expect(await client.until("hello")).toContain(`\r\n${field}\r\n`);
    client.close();
  });

  it("streams to HTTP/1.0 until it closes", async () => {
    const response = await service.exchange("GET /stream?count=3 HTTP/1.0\r\n\r\n");
    expect(response).not.toContain("Transfer-Encoding");
    expect(bodyOf(response)).toBe("0123456789".repeat(3));
  });

  it("streams in chunks to HTTP/1.1", async () => {
    const response = await service.exchange(get("/stream?count=3000"));
    expect(response).toContain("\r\nTransfer-Encoding: chunked\r\n");
    expect(unchunked(bodyOf(response))).toBe("0123456789".repeat(3000));
  });

  const bodiless: readonly (readonly [string, number, string | undefined])[] = [
    [`HEAD / HTTP/1.1\r\n${close}`, 200, "Content-Length: 5"],
    [`HEAD /stream?count=2 HTTP/1.1\r\n${close}`, 200, undefined],
    [get("/empty"), 204, undefined],
    [get("/unchanged"), 304, undefined],
  ];
  it.each(bodiless)("has no body where none belongs: %j", async (request, status, length) => {
    const response = await service.exchange(request);
    expect(statusOf(response)).toBe(status);
    expect(bodyOf(response)).toBe("");
    if (length === undefined) expect(response).not.toContain("Content-Length");
    else expect(response).toContain(`\r\n${length}\r\n`);
  });

  it("hands OPTIONS * on", async () => {
    expect(statusOf(await service.exchange(`OPTIONS * HTTP/1.1\r\n${close}`))).toBe(404);
  });

  it("answers pipelined requests in order", async () => {
    const paths = ["/slow?time=30", "/", "/missing", "/large?length=100000", "/slow?time=1", "/"];
    const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const response = await service.exchange(requests.join("") + get("/empty"));
    const statuses = [...response.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(["200", "200", "404", "200", "200", "200", "204"]);
    expect(response.replaceAll(/[^]*?\r\n\r\n(slow|hello|not here|x+)/g, "$1;")).toMatch(
      /^slow;hello;not here;x{100000};slow;hello;HTTP/,
    );
  });

  it("reads bodies however they are split", async () => {
    const client = await service.open();
    const request = post("/echo", "abc");
    for (const byte of request) await client.send(byte);
    expect(bodyOf(await client.rest())).toBe("abc");
    const chunks = "3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nTrailer: 1\r\n\r\n";
    const head = `POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${close}`;
    expect(bodyOf(await service.exchange(head, ...chunks))).toBe("abcd");
  });

  it.each(["/echo", "/pipe"])("takes and gives large bodies: %s", async (path) => {
    const body = "0123456789abcdef".repeat(65_536);
    const response = await service.exchange(post(path, body));
    const isChunked = response.includes("chunked");
    const text = isChunked ? unchunked(bodyOf(response)) : bodyOf(response);
    expect(text === body).toBe(true);
  });

  it("sends to a client that does not read yet", { timeout: 60_000 }, async () => {
    const client = await service.open();
    client.socket.pause();
    await client.send(get("/large?length=8000000"));
    // Meanwhile others are served.
    expect(bodyOf(await service.exchange(get("/")))).toBe("hello");
    client.socket.resume();
    expect(bodyOf(await client.rest())).toHaveLength(8_000_000);
  });

  it("goes on behind a body that nobody read", async () => {
    const client = await service.open();
    const body = "x".repeat(100_000);
    await client.send(
      `POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await client.until("ignored");
    await client.send(get("/"));
    expect(bodyOf(await client.rest())).toBe("hello");
  });

  it("closes rather than receive a very long body that nobody read", async () => {
    const request = "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\nx";
    const response = await service.exchange(request);
    expect(response).toContain("\r\nConnection: close\r\n");
    expect(bodyOf(response)).toBe("ignored");
  });

  describe("Expect", () => {
    const head =
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";

    it("is met once the app reads", async () => {
      const client = await service.open();
      await client.send(head);
      expect(await client.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
      await client.send("abc");
      expect(await client.until("abc")).toContain("HTTP/1.1 200 OK");
      client.close();
    });

    it("needs no answer when the body is there", async () => {
      const client = await service.open();
      await client.send(`${head}abc`);
      expect(await client.until("abc")).toMatch(/^HTTP\/1\.1 200 OK/);
      client.close();
    });

    it("closes when the app does not want the body", async () => {
      const response = await service.exchange(head.replace("/echo", "/ignore"));
      expect(response).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(response).toContain("\r\nConnection: close\r\n");
    });
  });

  const refusals: readonly (readonly [number, string])[] = [
    [400, "GET / HTTP/1.1\r\n\r\n"],
    [400, "\x16\x03\x01\x02\r\n\r\n"],
    [400, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`],
    [400, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    [413, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n`],
    [414, `GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    [417, `GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n`],
    [431, `GET / HTTP/1.1\r\nHost: a\r\n${"X: a\r\n".repeat(200)}\r\n`],
    [501, `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n`],
    [505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"],
  ];
  it.each(refusals)("refuses with %i and closes: %j", async (status, request) => {
    const response = await service.exchange(request);
    expect(statusOf(response)).toBe(status);
    expect(response).toContain("\r\nConnection: close\r\n");
    expect(bodyOf(response)).toBe("");
  });

  it("answers what came before a malformed request", async () => {
    const response = await service.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n");
    expect([...response.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      "200",
      "400",
    ]);
  });

  it("breaks off a body that turns out malformed, and lives on", async () => {
    const head = `POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${close}`;
    expect(statusOf(await service.exchange(head, "nonsense\r\n"))).toBe(500);
    expect(bodyOf(await service.exchange(get("/")))).toBe("hello");
  });

  it("answers 500 when the handler throws, and lives on", async () => {
    expect(statusOf(await service.exchange(get("/fail")))).toBe(500);
    expect(service.errors).toContain("failed on purpose");
    expect(bodyOf(await service.exchange(get("/")))).toBe("hello");
  });

  it("does not mind clients that go away", async () => {
    for (const path of ["/slow?time=20", "/large?length=9000000", "/stream?count=100000"]) {
      const client = await service.open();
      await client.send(get(path));
      if (!path.startsWith("/slow")) await client.until("\r\n\r\n");
      client.close();
    }
    const client = await service.open();
    await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    client.close();
    expect(bodyOf(await service.exchange(get("/slow?time=50")))).toBe("slow");
  });

  it("serves many connections at once", { timeout: 60_000 }, async () => {
    const clients = await Promise.all(Array.from({ length: 32 }, () => service.open()));
    const rounds = clients.map(async (client) => {
      for (let round = 0; round < 50; round++) {
        await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.until("hello");
      }
    });
    await Promise.all(rounds);
    for (const client of clients) client.close();
  });

  it("spends little on idle connections", { timeout: 60_000 }, async () => {
    const before = residentKibibytes(service.pid);
    const clients: Client[] = [];
    for (let index = 0; index < 400; index++) clients.push(await service.open());
    for (const client of clients.slice(0, 50)) {
      await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.until("hello");
    }
    expect(residentKibibytes(service.pid) - before).toBeLessThan(1024);
    for (const client of clients) client.close();
  });

  describe("asked to stop", () => {
    it("answers what it has, accepts nothing more, and ends with 0", async () => {
      const stopping = await Service.start(image);
      const idle = await stopping.open();
      await idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await idle.until("hello");
      const busy = await stopping.open();
      await busy.send("GET /slow?time=300 HTTP/1.1\r\nHost: a\r\n\r\n");
      await stopping.exchange(get("/"));
      stopping.child.kill("SIGTERM");
      expect(await idle.rest()).toBe("");
      await expect(stopping.open()).rejects.toThrow("ECONNREFUSED");
      const response = await busy.rest();
      expect(response).toContain("\r\nConnection: close\r\n");
      expect(bodyOf(response)).toBe("slow");
      expect(await stopping.ended()).toBe(0);
    });

    it("sends large responses to their end", async () => {
      const stopping = await Service.start(image);
      const client = await stopping.open();
      client.socket.pause();
      await client.send(get("/large?length=8000000"));
      await stopping.exchange(get("/"));
      stopping.child.kill("SIGTERM");
      client.socket.resume();
      expect(bodyOf(await client.rest())).toHaveLength(8_000_000);
      expect(await stopping.ended()).toBe(0);
    });
  });
});

function residentKibibytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
}
