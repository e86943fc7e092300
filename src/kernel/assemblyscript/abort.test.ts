import { describe, expect, it } from "vitest";
import { InstanceExit } from "../../simulator/exit.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";

/** Places a string as asc lays it out: its byte length stands before it. */
function placeString(calls: Calls, pointer: number, text: string): number {
  calls.view.setUint32(pointer - 4, text.length * 2, true);
  for (let index = 0; index < text.length; index++) {
    calls.view.setUint16(pointer + index * 2, text.charCodeAt(index), true);
  }
  return pointer;
}

function abort(calls: Calls, message: number, file: number): string {
  try {
    calls.call("abort", message, file, 12, 34);
  } catch (error) {
    expect(error).toBeInstanceOf(InstanceExit);
    if (error instanceof InstanceExit) expect(error.status).toBe(134);
  }
  return calls.streams.text(2);
}

describe("asc's abort", () => {
  it.each(["boom", "größer", "🌙 moon", ""])("says %j and where, and exits with 134", (text) => {
    const calls = new Calls();
    const message = placeString(calls, 1024, text);
    const file = placeString(calls, 4096, "app.as.ts");
    expect(abort(calls, message, file)).toBe(`tsuki: abort: ${text} at app.as.ts:12:34\n`);
  });

  it("replaces half of a surrogate pair", () => {
    const calls = new Calls();
    const message = placeString(calls, 1024, "\ud800x\udc00");
    expect(abort(calls, message, 0)).toBe("tsuki: abort: \ufffdx\ufffd at :12:34\n");
  });

  it.each([0, 2, 65_535, -1])("survives a string at %i", (pointer) => {
    const calls = new Calls();
    expect(abort(calls, pointer, pointer)).toBe("tsuki: abort:  at :12:34\n");
  });

  it("shows the beginning of an endless string", () => {
    const calls = new Calls();
    const message = placeString(calls, 1024, "x".repeat(30_000));
    expect(abort(calls, message, 0)).toBe(`tsuki: abort: ${"x".repeat(200)} at :12:34\n`);
  });
});

describe("asc's trace", () => {
  it.each([
    [[], ""],
    [[1, -2], " 1, -2"],
    [[0.5, -0.000001, 1e15], " 0.5, -0.000001, 1000000000000000"],
    [[Number.NaN, Infinity, -Infinity], " NaN, Infinity, -Infinity"],
    [[0.9999999, 1e300], " 1, (more than 1e18)"],
  ])("writes %j as %j", (numbers, shown) => {
    const calls = new Calls();
    const message = placeString(calls, 1024, "here");
    const all = [...numbers, 0, 0, 0, 0, 0].slice(0, 5);
    calls.call("trace", message, numbers.length, ...all);
    expect(calls.streams.text(2)).toBe(`tsuki: trace: here${shown}\n`);
  });
});

describe("asc's seed", () => {
  it("is a number that differs from call to call", () => {
    const calls = new Calls();
    const first = calls.call("seed");
    expect(Number.isFinite(first)).toBe(true);
    expect(calls.call("seed")).not.toBe(first);
  });
});
