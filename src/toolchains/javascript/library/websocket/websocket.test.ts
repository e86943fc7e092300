import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runInEngine } from "../engine-run.fixture.ts";

const echo = fileURLToPath(new URL("echo.fixture.ts", import.meta.url));
const headers = [
  "host",
  "a",
  "upgrade",
  "websocket",
  "connection",
  "Upgrade",
  "sec-websocket-version",
  "13",
  "sec-websocket-key",
  "dGhlIHNhbXBsZSBub25jZQ==",
];

/** A client's frame, one character for each byte. */
function frame(opcode: number, payload: string, isFinal = true, isMasked = true): string {
  const mask = isMasked ? [1, 2, 3, 4] : [];
  const bytes = Array.from(
    payload,
    (character, index) => character.charCodeAt(0) ^ (mask[index % 4] ?? 0),
  );
  const length =
    payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  const [first = 0, ...more] = length;
  return String.fromCharCode(
    (isFinal ? 0x80 : 0) | opcode,
    first | (isMasked ? 0x80 : 0),
    ...more,
    ...mask,
    ...bytes,
  );
}

async function talk(
  ...frames: string[]
): Promise<{ sent: string | undefined; output: string; status: number | undefined }> {
  const { sent, output, exchanges, errors } = await runInEngine(echo, {
    requests: [{ headers, body: [...frames, "END"] }],
  });
  expect(errors).toBe("");
  expect(exchanges[0]?.headers).toContain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // RFC 6455, 1.3
  return { sent: sent[0], output, status: exchanges[0]?.status };
}

describe("WebSockets on a server", () => {
  it("echo text, whole and in fragments", async () => {
    const { sent, output, status } = await talk(
      frame(1, "hi"),
      frame(1, "a", false) + frame(9, "p") + frame(0, "b"),
      frame(8, "\x03\xe8bye"),
    );
    expect(status).toBe(101);
    expect(sent).toBe("\x81\x02HI\x8a\x01p\x81\x02AB\x88\x02\x03\xe8");
    expect(output).toBe("open\nmessage hi\nmessage ab\nclose 1000 bye true\n");
  });

  it("take long and binary messages", async () => {
    const { sent, output } = await talk(frame(2, "x".repeat(300)), frame(8, ""));
    expect(sent?.slice(0, 5)).toBe("\x82\x03\0\0\0");
    expect(output).toContain("close 1005  true");
  });

  it.each([
    ["without a mask", frame(1, "a", true, false), "A client's frames must be masked", 0xea],
    ["with reserved bits", `\xc1${frame(1, "a").slice(1)}`, "Reserved bits are set", 0xea],
    ["of a long control frame", frame(9, "x".repeat(126)), "A control frame is too long", 0xea],
    ["out of order", frame(0, "a"), "The fragments are out of order", 0xea],
    ["that are no text", frame(1, "\xff"), "The text is no UTF-8", 0xef],
  ])("close on frames %s", async (_name, bad, message, code) => {
    const { sent, output } = await talk(bad);
    expect(output).toContain(`error ${message}\nclose 1006  false`);
    expect(sent?.charCodeAt(3)).toBe(code);
  });
});
