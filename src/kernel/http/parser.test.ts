import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Parser, type ParserEvent } from "./parser.fixture.ts";

let parser: Parser;

beforeAll(async () => {
  parser = await Parser.compile();
}, 120_000);

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

function read(text: string): ParserEvent[] {
  return parser.read([bytes(text)]);
}

/** What became of one request: its body, the status of its refusal, or that it is not complete. */
function outcome(text: string): string | number {
  const events = read(text);
  const last = events.at(-1);
  if (last !== undefined && "refused" in last) return last.refused;
  if (last === undefined || !("end" in last)) return "incomplete";
  return events.map((event) => ("body" in event ? event.body : "")).join("");
}

const host = "Host: a\r\n";
const get = `GET / HTTP/1.1\r\n${host}`;
const post = `POST / HTTP/1.1\r\n${host}`;

/** Requests with what becomes of them, by the rule that decides. */
const cases: readonly (readonly [rule: string, request: string, outcome: string | number])[] = [
  // RFC 9112, 2.2: the parts of a message.
  ["an empty line before a request is ignored", `\r\n${get}\r\n`, ""],
  ["many empty lines are not", `${"\r\n".repeat(9)}${get}\r\n`, 400],
  ["a bare line feed ends no line", "GET / HTTP/1.1\nHost: a\n\n", 400],
  ["a bare line feed ends no field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400],
  ["a bare carriage return in a value", `${get}X: a\rb\r\n\r\n`, 400],
  ["a bare carriage return in a target", `GET /a\rb HTTP/1.1\r\n${host}\r\n`, 400],
  ["space before the first field", `GET / HTTP/1.1\r\n ${host}\r\n`, 400],
  // RFC 9112, 3: the request line.
  ["no target", `GET HTTP/1.1\r\n${host}\r\n`, 400],
  ["two spaces", `GET  / HTTP/1.1\r\n${host}\r\n`, 400],
  ["a tab for a space", `GET\t/ HTTP/1.1\r\n${host}\r\n`, 400],
  ["space behind the version", `GET / HTTP/1.1 \r\n${host}\r\n`, 400],
  ["no version", "GET /\r\n\r\n", 400],
  ["a version in lower case", `GET / http/1.1\r\n${host}\r\n`, 400],
  ["HTTP/0.9", `GET / HTTP/0.9\r\n${host}\r\n`, 505],
  ["HTTP/2.0", "PRI * HTTP/2.0\r\n\r\n", 505],
  ["HTTP/1.2 is read as HTTP/1.1", `GET / HTTP/1.2\r\n${host}\r\n`, ""],
  ["a method that is no token", `G(T / HTTP/1.1\r\n${host}\r\n`, 400],
  ["a method that nobody has", `${"M".repeat(40)} / HTTP/1.1\r\n${host}\r\n`, 501],
  ["an unknown method is the app's business", `BREW /pot HTTP/1.1\r\n${host}\r\n`, ""],
  ["CONNECT", `CONNECT a:443 HTTP/1.1\r\n${host}\r\n`, 501],
  ["a long target", `GET /${"a".repeat(8000)} HTTP/1.1\r\n${host}\r\n`, ""],
  ["too long a target", `GET /${"a".repeat(9000)} HTTP/1.1\r\n${host}\r\n`, 414],
  // RFC 9112, 3.2: forms of the target.
  ["a star with OPTIONS", `OPTIONS * HTTP/1.1\r\n${host}\r\n`, ""],
  ["a star with GET", `GET * HTTP/1.1\r\n${host}\r\n`, 400],
  ["an absolute target", `GET http://b/path HTTP/1.1\r\n${host}\r\n`, ""],
  ["an absolute target without a host", `GET http:///path HTTP/1.1\r\n${host}\r\n`, 400],
  ["an absolute target with a user", `GET http://u@b/ HTTP/1.1\r\n${host}\r\n`, 400],
  ["another scheme", `GET ftp://b/ HTTP/1.1\r\n${host}\r\n`, 400],
  ["a target without a slash", `GET path HTTP/1.1\r\n${host}\r\n`, 400],
  ["a fragment", `GET /#a HTTP/1.1\r\n${host}\r\n`, 400],
  ["bytes beyond ASCII in a target", `GET /\xe4 HTTP/1.1\r\n${host}\r\n`, 400],
  ["NUL in a target", `GET /\0 HTTP/1.1\r\n${host}\r\n`, 400],
  // RFC 9112, 3.2: Host.
  ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", ""],
  ["two Hosts", `${get}Host: b\r\n\r\n`, 400],
  ["two equal Hosts", `${get}${host}\r\n`, 400],
  ["an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", ""],
  ["a Host with a port", "GET / HTTP/1.1\r\nHost: a:80\r\n\r\n", ""],
  ["a Host with a malformed port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400],
  ["a Host that is a list", "GET / HTTP/1.1\r\nHost: a, b/c\r\n\r\n", 400],
  ["a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400],
  ["an IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", ""],
  ["an IPv6 Host that is not closed", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400],
  // RFC 9112, 5: fields.
  ["space before the colon", `${get}X : a\r\n\r\n`, 400],
  ["a tab before the colon", `${get}X\t: a\r\n\r\n`, 400],
  ["a continued line", `${get}X: a\r\n b\r\n\r\n`, 400],
  ["a line without a colon", `${get}X\r\n\r\n`, 400],
  ["an empty name", `${get}: a\r\n\r\n`, 400],
  ["a name that is no token", `${get}X(: a\r\n\r\n`, 400],
  ["a name beyond ASCII", `${get}\xe4: a\r\n\r\n`, 400],
  ["NUL in a value", `${get}X: \0\r\n\r\n`, 400],
  ["a control character in a value", `${get}X: \x01\r\n\r\n`, 400],
  ["DEL in a value", `${get}X: \x7f\r\n\r\n`, 400],
  ["bytes beyond ASCII in a value", `${get}X: \xe4\r\n\r\n`, ""],
  ["an empty value", `${get}X:\r\n\r\n`, ""],
  ["99 more fields", `${get}${"X: a\r\n".repeat(99)}\r\n`, ""],
  ["100 more fields", `${get}${"X: a\r\n".repeat(100)}\r\n`, 431],
  ["a long field", `${get}X: ${"a".repeat(11_000)}\r\n\r\n`, ""],
  ["too long a field", `${get}X: ${"a".repeat(13_000)}\r\n\r\n`, 431],
  // RFC 9112, 6.1 and 6.3: what frames the body.
  ["no body", `${post}\r\n`, ""],
  ["a length", `${post}Content-Length: 3\r\n\r\nabc`, "abc"],
  ["a length of nothing", `${post}Content-Length: 0\r\n\r\n`, ""],
  ["less than was announced", `${post}Content-Length: 3\r\n\r\nab`, "incomplete"],
  ["a length with a sign", `${post}Content-Length: +3\r\n\r\nabc`, 400],
  ["a negative length", `${post}Content-Length: -3\r\n\r\nabc`, 400],
  ["a hexadecimal length", `${post}Content-Length: 0x3\r\n\r\nabc`, 400],
  ["a length that is no number", `${post}Content-Length: abc\r\n\r\n`, 400],
  ["an empty length", `${post}Content-Length:\r\n\r\n`, 400],
  ["a list of lengths", `${post}Content-Length: 3, 3\r\n\r\nabc`, 400],
  ["two lengths", `${post}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
  ["two equal lengths", `${post}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 400],
  ["an enormous length", `${post}Content-Length: ${"9".repeat(40)}\r\n\r\n`, 413],
  ["a length of 2^64", `${post}Content-Length: 18446744073709551616\r\n\r\n`, 413],
  ["chunks", `${post}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, "abc"],
  ["chunks and a length", `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ["a length and chunks", `${post}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n`, 400],
  ["chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
  ["chunks twice", `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ["chunked in capitals", `${post}Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n`, ""],
  ["another coding before chunks", `${post}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
  ["another coding behind chunks", `${post}Transfer-Encoding: chunked, gzip\r\n\r\n`, 400],
  ["another coding alone", `${post}Transfer-Encoding: gzip\r\n\r\n`, 400],
  ["identity", `${post}Transfer-Encoding: identity\r\n\r\n`, 400],
  ["a coding that only looks like it", `${post}Transfer-Encoding: xchunked\r\n\r\n`, 400],
  ["an empty coding", `${post}Transfer-Encoding:\r\n\r\n`, 400],
  ["a quoted coding", `${post}Transfer-Encoding: "chunked"\r\n\r\n`, 400],
  // RFC 9110, 10.1.1: Expect.
  ["100-continue", `${post}Expect: 100-continue\r\nContent-Length: 1\r\n\r\na`, "a"],
  ["another expectation", `${post}Expect: miracles\r\nContent-Length: 1\r\n\r\na`, 417],
  ["another expectation in HTTP/1.0", "POST / HTTP/1.0\r\nExpect: miracles\r\n\r\n", ""],
];

describe("the table of requests", () => {
  it.each(cases)("%s", (_rule, request, expected) => {
    expect(outcome(request)).toBe(expected);
  });
});

const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;

/** Chunked bodies (RFC 9112, 7.1). */
const chunkCases: readonly (readonly [rule: string, body: string, outcome: string | number])[] = [
  ["two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"],
  [
    "sizes in both cases",
    "a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n",
    "0123456789abcdefghij",
  ],
  ["leading zeroes", "0003\r\nabc\r\n000\r\n\r\n", "abc"],
  ["an extension", '3;a="b"\r\nabc\r\n0\r\n\r\n', "abc"],
  ["a long extension", `3;${"a".repeat(300)}\r\nabc\r\n0\r\n\r\n`, 400],
  ["a bare line feed in an extension", "3;a\nabc\r\n0\r\n\r\n", 400],
  ["a control character in an extension", "3;\x01\r\nabc\r\n0\r\n\r\n", 400],
  ["space before the size", " 3\r\nabc\r\n0\r\n\r\n", 400],
  ["space behind the size", "3 \r\nabc\r\n0\r\n\r\n", 400],
  ["no size", "\r\nabc\r\n0\r\n\r\n", 400],
  ["a size that is no number", "x\r\nabc\r\n0\r\n\r\n", 400],
  ["a hexadecimal prefix", "0x3\r\nabc\r\n0\r\n\r\n", 400],
  ["a negative size", "-3\r\nabc\r\n0\r\n\r\n", 400],
  ["a size that overflows", "fffffffffffffffff\r\n", 413],
  ["a size of 2^64", "10000000000000003\r\nabc\r\n0\r\n\r\n", 413],
  ["a bare line feed behind the size", "3\nabc\r\n0\r\n\r\n", 400],
  ["a bare line feed behind the data", "3\r\nabc\n0\r\n\r\n", 400],
  ["more data than announced", "3\r\nabcd\r\n0\r\n\r\n", 400],
  ["less data than announced", "4\r\nabc\r\n0\r\n\r\n", 400],
  ["no last chunk", "3\r\nabc\r\n", "incomplete"],
  ["no empty line at the end", "3\r\nabc\r\n0\r\n", "incomplete"],
  ["trailer fields", "3\r\nabc\r\n0\r\nX: a\r\nY:\r\n\r\n", "abc"],
  ["a trailer with space before the colon", "0\r\nX : a\r\n\r\n", 400],
  ["a continued trailer", "0\r\nX: a\r\n b\r\n\r\n", 400],
  ["a trailer that is no field", "0\r\nX\r\n\r\n", 400],
  ["long trailers", `0\r\n${"X: a\r\n".repeat(2000)}\r\n`, 431],
];

describe("chunked bodies", () => {
  it.each(chunkCases)("%s", (_rule, body, expected) => {
    expect(outcome(chunked + body)).toBe(expected);
  });
});

describe("what a request says", () => {
  it("gives names in lower case and values as they are", () => {
    const [event] = read("DELETE /Path?Q HTTP/1.1\r\nHOST: Example.org\r\nX-A: \t b C \t\r\n\r\n");
    const fields = [
      ["host", "Example.org"],
      ["x-a", "b C"],
    ];
    expect(event).toEqual({ head: { method: "DELETE", target: "/Path?Q", fields } });
  });

  it("takes the host of an absolute target for that of the field", () => {
    const [event] = read("GET http://b.org:81/x HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(event).toMatchObject({ head: { fields: [["host", "b.org:81"]] } });
  });

  it("reads pipelined requests one by one", () => {
    const events = read(
      `${post}Content-Length: 2\r\n\r\nab${chunked}1\r\nc\r\n0\r\n\r\n${get}\r\n`,
    );
    const kinds = events.map((event) => Object.keys(event)[0]);
    expect(kinds).toEqual(["head", "body", "end", "head", "body", "end", "head", "end"]);
  });

  it("takes a body larger than its buffer", () => {
    expect(outcome(`${post}Content-Length: 100000\r\n\r\n${"a".repeat(100_000)}`)).toHaveLength(
      100_000,
    );
  });
});

/** Pieces of requests, well-formed and not, that are put together at random. */
const fragments = [
  ...cases.map(([, request]) => request).filter(({ length }) => length < 500),
  ...chunkCases.map(([, body]) => chunked + body).filter(({ length }) => length < 500),
  "GET",
  " ",
  "/",
  "\r\n",
  "\r",
  "\n",
  ":",
  "Content-Length: 5",
  "0",
  "Host: x\r\n",
  "abc",
  "\0",
];

const streams = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: "binary-ascii" })), {
    maxLength: 8,
  })
  .map((parts) => bytes(parts.join("")));

function split(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [...new Set(places.map((place) => place % (stream.length + 1)))].sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((start, index) => stream.subarray(start, cuts[index]));
}

describe("arbitrary bytes", () => {
  it("give the same events however they are split", () => {
    const places = fc.array(fc.nat(5000), { maxLength: 20 });
    fc.assert(
      fc.property(streams, places, (stream, cuts) => {
        expect(parser.read(split(stream, cuts))).toEqual(parser.read([stream]));
      }),
      { numRuns: 3000 },
    );
  });

  it("give the same events byte by byte", () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const single = Array.from(stream, (_, index) => stream.subarray(index, index + 1));
        expect(parser.read(single)).toEqual(parser.read([stream]));
      }),
      { numRuns: 500 },
    );
  });

  it("never trap", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => {
        parser.read([bytes(chunked), noise]);
        parser.read([noise]);
      }),
      { numRuns: 1000 },
    );
  });
});
