import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runInEngine } from "../../engine-run.fixture.ts";

const program = fileURLToPath(new URL("programs.fixture.ts", import.meta.url));
const servers = {
  "plain:80": [
    "HTTP/1.1 200 Fine\r\nX-A: b\r\nContent-Le",
    "ngth: 5\r\n\r\nhel",
    "lo",
    "WAIT",
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
  ],
  "chunked:80": [
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1,\r\n",
    "2;x=y\r\n2]\r\n0\r\nT: x\r\n\r\n",
  ],
  "rest:80": ["HTTP/1.0 200 OK\r\n\r\nuntil ", "the end", "END"],
  "redirect:80": [
    "HTTP/1.1 302 Found\r\nlocation: http://other/place\r\ncontent-length: 0\r\n\r\n",
    "WAIT",
    "HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n",
  ],
  "other:80": ["HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere"],
  "head:80": ["HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"],
  // Head and six pieces, the last of which ends the body.
  "upload:80": [
    ...Array.from({ length: 6 }, () => "WAIT"),
    "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ngot",
  ],
  "nonsense:80": ["SSH-2.0\r\n"],
  "cut:80": ["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", "END"],
  "slow:80": [],
};

describe("fetch", async () => {
  const { reports, sent, errors } = await runInEngine(program, { servers });
  const results = Object.fromEntries(reports as [string, unknown][]);

  it("writes no errors", () => expect(errors).toBe(""));

  it.each([
    ["plain", [200, "Fine", "http://plain/a?b=c", "b", "hello"]],
    ["kept", "ok"],
    ["chunked", [1, 2]],
    ["rest", "until the end"],
    ["redirect", ["http://other/place", true, "here"]],
    ["manual", 302],
    ["head", "99"],
    ["stream", "got"],
    [
      "https",
      "TypeError: fetch failed: https://example.org: https is not there yet, because the image has no TLS; use http, or a proxy that speaks https",
    ],
    ["refused", "TypeError: fetch failed: ECONNREFUSED: connection refused, connect nobody:80"],
    ["nonsense", "TypeError: fetch failed: The server does not speak HTTP/1.1: SSH-2.0"],
    ["cut", "TypeError: The connection ended in the middle of a body"],
    ["aborted", "TimeoutError: The operation was aborted due to timeout"],
    ["aborted before", "AbortError: This operation was aborted"],
  ])("%s", (name, result) => expect(results[name]).toEqual(result));

  it("uses a connection again, and frames what it sends", () => {
    expect(sent[0]).toBe(
      "GET /a?b=c HTTP/1.1\r\nhost: plain\r\nx-test: 1\r\naccept: */*\r\nuser-agent: tsuki\r\n\r\n" +
        "GET /second HTTP/1.1\r\nhost: plain\r\naccept: */*\r\nuser-agent: tsuki\r\n\r\n",
    );
    expect(sent[1]).toContain(
      "content-type: text/plain;charset=UTF-8\r\naccept: */*\r\nuser-agent: tsuki\r\ncontent-length: 4\r\n\r\nbody",
    );
    expect(sent.find((text) => text.startsWith("PUT"))).toContain(
      "transfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
    );
    expect(sent.find((text) => text.startsWith("GET /place"))).toContain("host: other\r\n");
  });
});
