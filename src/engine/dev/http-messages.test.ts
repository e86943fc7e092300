import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framingOf, MessageReader } from "./http-messages.ts";

interface Seen {
  readonly starts: readonly string[];
  readonly ends: number;
  readonly isBetween: boolean;
  readonly isOpaque: boolean;
}

/** Reads text in pieces as long as `cuts` say, over and over. */
function read(text: string, cuts: readonly number[] = [text.length]): Seen {
  const starts: string[] = [];
  let ends = 0;
  const reader = new MessageReader({
    onHead: ({ start, fields }) => {
      starts.push(start.join(" "));
      return framingOf(fields, { kind: "length", length: 0 });
    },
    onEnd: () => {
      ends++;
    },
  });
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = Math.max(1, cuts[turn % cuts.length] ?? 1);
    reader.read(bytes.subarray(at, at + length));
    at += length;
  }
  return { starts, ends, isBetween: reader.isBetween, isOpaque: reader.isOpaque };
}

const messages: Readonly<Record<string, string>> = {
  "without a body": "GET /a HTTP/1.1\r\nHost: b\r\n\r\n",
  "with a length": "POST /b HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\n12\r\n3",
  "in chunks": "PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\na\r\n\r\n0\r\n\r\n",
  "with trailers": "PUT /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\nC: d\r\n\r\n",
  "of an empty body": "POST /e HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
};

describe("messages that pass", () => {
  it.each(Object.entries(messages))("%s begin and end once", (_title, text) => {
    const start = text.slice(0, text.indexOf("\r\n"));
    const whole = { starts: [start], ends: 1, isBetween: true, isOpaque: false };
    expect(read(text)).toEqual(whole);
    expect(read(text.slice(0, -1)).ends).toBe(0);
  });

  it("are found however their bytes were cut", () => {
    const message = fc.constantFrom(...Object.values(messages));
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), cuts, (parts, sizes) => {
        const seen = read(parts.join(""), sizes);
        expect(seen).toEqual(read(parts.join("")));
        expect(seen.ends).toBe(parts.length);
      }),
    );
  });

  it.each([
    ["a length that is none", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"],
    ["a chunk whose size is none", "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"],
    ["a head without an end", "a".repeat(70_000)],
  ])("are none behind %s", (_title, text) => {
    expect(read(text)).toMatchObject({ isOpaque: true });
  });

  it("may be any bytes", () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(bytes, (given) => {
        const text = Buffer.from(given).toString("latin1");
        const { ends, starts } = read(text);
        expect(ends).toBeLessThanOrEqual(starts.length);
      }),
    );
  });
});
