import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasProcesses, Images, Service } from "./service.fixture.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";
const large = letters.repeat(40_000);

const files: Readonly<Record<string, string | Buffer>> = {
  "index.html": "<h1>home</h1>",
  "404.html": "<h1>missing</h1>",
  "letters.txt": letters,
  "large.bin": large,
  "empty.css": "",
  "a b.json": "{}",
  "docs/index.html": "<h1>docs</h1>",
  "script.js": "alert(1)",
  "script.js.br": brotliCompressSync("alert(1)"),
  "script.js.gz": "not really compressed",
};

interface Reply {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

function parse(response: string): Reply {
  const [head = ""] = response.split("\r\n\r\n", 1);
  const [line = "", ...lines] = head.split("\r\n");
  const fields = lines.map((text) => {
    const [name = "", value = ""] = text.split(/: (.*)/s);
    return [name.toLowerCase(), value] as const;
  });
  const body = response.slice(head.length + 4);
  return { status: Number(line.split(" ")[1]), fields: Object.fromEntries(fields), body };
}

describe.runIf(hasProcesses)("a folder as a static site", () => {
  const images = new Images();
  const folder = mkdtempSync(join(tmpdir(), "tsuki-site-"));
  let site: Service;

  beforeAll(async () => {
    mkdirSync(join(folder, "docs"));
    mkdirSync(join(folder, "bare"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    site = await Service.start(await images.build(folder));
  }, 240_000);

  afterAll(async () => {
    const status = await site.stop();
    if (status !== 0) throw new Error(`the service ended with ${status}`);
    images.remove();
    rmSync(folder, { recursive: true });
  });

  async function ask(line: string, ...fields: readonly string[]): Promise<Reply> {
    const lines = [`${line} HTTP/1.1`, "Host: a", "Connection: close", ...fields, "", ""];
    return parse(await site.exchange(lines.join("\r\n")));
  }

  const found: readonly (readonly [path: string, type: string, body: string])[] = [
    ["/", "text/html; charset=utf-8", "<h1>home</h1>"],
    ["/index.html", "text/html; charset=utf-8", "<h1>home</h1>"],
    ["/docs/", "text/html; charset=utf-8", "<h1>docs</h1>"],
    ["/letters.txt?a=b", "text/plain; charset=utf-8", letters],
    ["/a%20b.json", "application/json", "{}"],
    ["/empty.css", "text/css; charset=utf-8", ""],
    ["/large.bin", "application/octet-stream", large],
    ["http://b.org/letters.txt", "text/plain; charset=utf-8", letters],
  ];
  it.each(found)("serves %s", async (path, type, body) => {
    const reply = await ask(`GET ${path}`);
    expect(reply.status).toBe(200);
    expect(reply.fields["content-type"]).toBe(type);
    expect(reply.fields["content-length"]).toBe(String(body.length));
    expect(reply.body === body).toBe(true);
  });

  it.each([
    "/nothing",
    "/docs/nothing",
    "/letters.txt/",
    "/letters.txt/x",
    "/bare/",
    "/../index.html",
    "/%2e%2e/index.html",
    "/docs%2findex.html",
    "//docs",
    "/%00",
  ])("has its own page for what is missing: %s", async (path) => {
    const { status, body } = await ask(`GET ${path}`);
    expect(status).toBe(404);
    expect(["<h1>missing</h1>", ""]).toContain(body);
  });

  it("refuses what is no encoding", async () => {
    expect((await ask("GET /%zz")).status).toBe(400);
    expect((await ask("GET /%1")).status).toBe(400);
  });

  const redirects = [
    ["/docs", "/docs/"],
    ["/docs?a=b", "/docs/?a=b"],
  ];
  it.each(redirects)("leads from %s to %s", async (path = "", location = "") => {
    const { status, fields } = await ask(`GET ${path}`);
    expect([status, fields["location"]]).toEqual([301, location]);
  });

  it("gives the head alone", async () => {
    const { status, fields, body } = await ask("HEAD /letters.txt");
    expect([status, fields["content-length"], body]).toEqual([200, "26", ""]);
  });

  it.each(["POST", "PUT", "DELETE"])("refuses %s and says what it takes", async (method) => {
    const { status, fields } = await ask(`${method} /`);
    expect([status, fields["allow"]]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  it("answers conditional requests", async () => {
    const first = await ask("GET /letters.txt");
    const tag = first.fields["etag"] ?? "";
    const date = first.fields["last-modified"] ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{16}"$/);
    expect(new Date(date).toUTCString()).toBe(date);
    const fields = [
      `If-None-Match: "x", W/${tag}`,
      "If-None-Match: *",
      `If-Modified-Since: ${date}`,
    ];
    for (const field of fields) {
      const reply = await ask("GET /letters.txt", field);
      expect([field, reply.status, reply.fields["etag"], reply.body]).toEqual([
        field,
        304,
        tag,
        "",
      ]);
    }
    // A tag counts more than a date.
    const other = await ask("GET /letters.txt", 'If-None-Match: "x"', `If-Modified-Since: ${date}`);
    expect(other.status).toBe(200);
    expect((await ask("GET /", `If-None-Match: ${tag}`)).status).toBe(200);
  });

  const ranges: readonly (readonly [string, number, string, string?])[] = [
    ["bytes=0-0", 206, "a", "bytes 0-0/26"],
    ["bytes=2-4", 206, "cde", "bytes 2-4/26"],
    ["bytes=23-", 206, "xyz", "bytes 23-25/26"],
    ["bytes=23-99", 206, "xyz", "bytes 23-25/26"],
    ["bytes=-3", 206, "xyz", "bytes 23-25/26"],
    ["bytes=-99", 206, letters, "bytes 0-25/26"],
    ["bytes=26-", 416, "", "bytes */26"],
    ["bytes=99-100", 416, "", "bytes */26"],
    ["bytes=-0", 416, "", "bytes */26"],
    ["bytes=99999999999999999999-", 416, "", "bytes */26"],
    // Malformed ones, several, and other units: the whole.
    ["bytes=4-2", 200, letters],
    ["bytes=", 200, letters],
    ["bytes=-", 200, letters],
    ["bytes=a-b", 200, letters],
    ["bytes=0-1,3-4", 200, letters],
    ["lines=0-1", 200, letters],
  ];
  it.each(ranges)("answers Range: %s with %i", async (range, status, body, place) => {
    const reply = await ask("GET /letters.txt", `Range: ${range}`);
    expect([reply.status, reply.body]).toEqual([status, body]);
    expect(reply.fields["content-range"]).toBe(place);
  });

  it("gives a range only of what the client knows", async () => {
    const tag = (await ask("HEAD /letters.txt")).fields["etag"] ?? "";
    const same = await ask("GET /letters.txt", "Range: bytes=0-0", `If-Range: ${tag}`);
    expect([same.status, same.body]).toEqual([206, "a"]);
    const other = await ask("GET /letters.txt", "Range: bytes=0-0", 'If-Range: "0123456789abcdef"');
    expect(other.status).toBe(200);
  });

  const codings: readonly (readonly [string, string | undefined])[] = [
    ["gzip, br", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["br;q=0", undefined],
    ["identity", undefined],
  ];
  it.each(codings)("chooses by Accept-Encoding: %s", async (accepted, coding) => {
    const reply = await ask("GET /script.js", `Accept-Encoding: ${accepted}`);
    expect(reply.fields["content-encoding"]).toBe(coding);
    expect(reply.fields["vary"]).toBe("Accept-Encoding");
    expect(reply.fields["content-type"]).toBe("text/javascript; charset=utf-8");
    const bytes = Buffer.from(reply.body, "latin1");
    if (coding === "br") expect(brotliDecompressSync(bytes).toString()).toBe("alert(1)");
  });

  it("sends a large file to a client that reads late", async () => {
    const client = await site.open();
    client.socket.pause();
    const request = "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n";
    await client.send(request + request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    expect((await ask("GET /letters.txt")).body).toBe(letters);
    client.socket.resume();
    expect((await client.rest()).split(large)).toHaveLength(3);
  });
});
