import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { frameKinds, framePayloadLimit } from "../contracts/control-channel.ts";
import { TsukiError } from "../contracts/errors.ts";
import {
  type GuestFrame,
  GuestFrameReader,
  stdinEndFrame,
  stdinFrames,
  timeFrame,
} from "./frames.ts";

const exit = (status: number) => [frameKinds.exitStatus, 0, 4, 0, status, 0, 0, 0];
const stderr = (...bytes: number[]) => [frameKinds.stderrData, 0, bytes.length, 0, ...bytes];

function readAll(reader: GuestFrameReader, ...chunks: readonly number[][]): GuestFrame[] {
  return chunks.flatMap((chunk) => [...reader.push(Uint8Array.from(chunk))]);
}

describe("GuestFrameReader", () => {
  test("reads frames however they are cut", () => {
    const time = [frameKinds.timeRequest, 0, 0, 0];
    const bytes = [
      frameKinds.ready,
      0,
      0,
      0,
      ...stderr(1, 2, 3),
      ...time,
      ...stderr(),
      ...exit(42),
    ];
    const cuts = fastCheck.array(fastCheck.integer({ min: 1, max: 9 }), { minLength: 1 });
    fastCheck.assert(
      fastCheck.property(cuts, (sizes) => {
        const reader = new GuestFrameReader();
        const frames: GuestFrame[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const end = at + (sizes[turn % sizes.length] ?? 1);
          frames.push(...readAll(reader, bytes.slice(at, end)));
          at = end;
        }
        expect(frames).toEqual([
          { kind: "ready" },
          { kind: "stderrData", payload: Uint8Array.of(1, 2, 3) },
          { kind: "timeRequest" },
          { kind: "stderrData", payload: Uint8Array.of() },
          { kind: "exitStatus", status: 42 },
        ]);
        expect(reader.isWithinFrame).toBe(false);
      }),
    );
  });

  test("an exit status is cut to 8 bits", () => {
    expect(readAll(new GuestFrameReader(), exit(0).with(5, 1))).toEqual([
      { kind: "exitStatus", status: 0 },
    ]);
  });

  test.each([
    ["an unknown kind", [99, 0, 0, 0]],
    ["a frame for guests", [frameKinds.stdinData, 0, 0, 0]],
    ["a reserved byte that is set", [frameKinds.stderrData, 1, 0, 0]],
    ["a payload beyond the limit", [frameKinds.stderrData, 0, 0x01, 0x10]],
    ["a ready frame with a payload", [frameKinds.ready, 0, 1, 0, 0]],
    ["a question for the time with a payload", [frameKinds.timeRequest, 0, 1, 0, 0]],
    ["a short exit status", [frameKinds.exitStatus, 0, 1, 0, 0]],
  ])("refuses %s", (_name, bytes) => {
    expect(() => readAll(new GuestFrameReader(), bytes)).toThrow(
      expect.objectContaining({ code: "control-protocol" }),
    );
  });

  test("whatever a guest sends, it is read within bounds or refused", () => {
    const chunks = fastCheck.array(fastCheck.uint8Array({ maxLength: 64 }), { maxLength: 64 });
    fastCheck.assert(
      fastCheck.property(chunks, (sent) => {
        const reader = new GuestFrameReader();
        try {
          for (const chunk of sent) {
            for (const frame of reader.push(chunk)) {
              if (frame.kind === "exitStatus") expect(frame.status).toBeLessThan(256);
              if (frame.kind === "stderrData")
                expect(frame.payload.length).toBeLessThanOrEqual(framePayloadLimit);
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(TsukiError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("frames for the guest", () => {
  test.each([0, 1, framePayloadLimit, framePayloadLimit + 1, 3 * framePayloadLimit])(
    "%d bytes of input are cut to the payload limit and lose nothing",
    (length) => {
      const bytes = Uint8Array.from({ length }, (_, index) => index);
      const frames = Buffer.from(stdinFrames(bytes));
      const payloads: Buffer[] = [];
      for (let at = 0; at < frames.length; ) {
        expect(frames.subarray(at, at + 2)).toEqual(Buffer.of(frameKinds.stdinData, 0));
        const size = frames.readUInt16LE(at + 2);
        expect(size).toBeLessThanOrEqual(framePayloadLimit);
        payloads.push(frames.subarray(at + 4, at + 4 + size));
        at += 4 + size;
      }
      expect(Buffer.concat(payloads)).toEqual(Buffer.from(bytes));
    },
  );

  test("the time is a frame of eight bytes", () => {
    const frame = Buffer.from(timeFrame(0x0102_0304_0506_0708n));
    expect([...frame]).toEqual([frameKinds.time, 0, 8, 0, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test("the end of input is a frame without payload", () => {
    expect(stdinEndFrame()).toEqual(Uint8Array.of(frameKinds.stdinEnd, 0, 0, 0));
  });
});
