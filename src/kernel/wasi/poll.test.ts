import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";
import { MemoryStreams } from "../../simulator/memory-streams.ts";

const { success, badf, fault, inval } = wasiErrors;
const pageBytes = 65_536;
const subscriptions = 1024;
const events = 4096;
const result = 64;
const millisecond = 1_000_000n;

interface Subscription {
  readonly clock?: number;
  readonly timeout?: bigint;
  readonly absolute?: boolean;
  readonly read?: number;
  readonly write?: number;
}

function subscribe(calls: Calls, index: number, subscription: Subscription): void {
  const place = subscriptions + index * 48;
  const { view } = calls;
  view.setBigUint64(place, BigInt(100 + index), true);
  const { read, write, clock = 1, timeout = 0n, absolute = false } = subscription;
  view.setUint8(place + 8, read !== undefined ? 1 : write !== undefined ? 2 : 0);
  view.setUint32(place + 16, read ?? write ?? clock, true);
  if (read !== undefined || write !== undefined) return;
  view.setBigUint64(place + 24, timeout, true);
  view.setUint16(place + 40, Number(absolute), true);
}

/** Polls; returns [user data, error, type] of each event. */
function poll(calls: Calls, ...list: Subscription[]): number[][] {
  list.forEach((subscription, index) => {
    subscribe(calls, index, subscription);
  });
  expect(calls.call("poll_oneoff", subscriptions, events, list.length, result)).toBe(success);
  const count = calls.view.getUint32(result, true);
  return Array.from({ length: count }, (_, index) => {
    const place = events + index * 32;
    return [
      Number(calls.view.getBigUint64(place, true)),
      calls.view.getUint16(place + 8, true),
      calls.view.getUint8(place + 10),
    ];
  });
}

describe("poll_oneoff on clocks", () => {
  const sleeps: readonly (readonly [string, Subscription, bigint])[] = [
    ["for a time", { timeout: 5n * millisecond }, 5n * millisecond],
    ["until a moment", { timeout: 1007n * millisecond, absolute: true }, 7n * millisecond],
    ["until a moment that has passed", { timeout: 1n, absolute: true }, 0n],
    ["for a time by the wall clock", { clock: 0, timeout: 9n }, 9n],
  ];
  it.each(sleeps)("waits %s", (_what, subscription, elapsed) => {
    const calls = new Calls();
    calls.clock.advance(1000n * millisecond);
    const before = calls.clock.monotonicTime();
    expect(poll(calls, subscription)).toEqual([[100, success, 0]]);
    expect(calls.clock.monotonicTime() - before).toBe(elapsed);
  });

  it("waits until a moment of the wall clock", () => {
    const calls = new Calls();
    const timeout = calls.clock.wallTime() + 3n * millisecond;
    expect(poll(calls, { clock: 0, timeout, absolute: true })).toEqual([[100, success, 0]]);
    expect(calls.clock.monotonicTime()).toBe(3n * millisecond);
  });

  it("gives only the events that are due", () => {
    const calls = new Calls();
    const list = [{ timeout: 30n }, { timeout: 10n }, { timeout: 10n }];
    expect(poll(calls, ...list)).toEqual([
      [101, success, 0],
      [102, success, 0],
    ]);
  });

  it("does not overflow at the end of time", () => {
    const calls = new Calls();
    calls.clock.advance(5n);
    const list = [{ timeout: 0xffff_ffff_ffff_ffffn }, { timeout: 1n }];
    expect(poll(calls, ...list)).toEqual([[101, success, 0]]);
  });
});

describe("poll_oneoff on streams", () => {
  it("finds output ready at once", () => {
    const calls = new Calls();
    expect(poll(calls, { write: 1 }, { timeout: 100n })).toEqual([[100, success, 2]]);
    expect(calls.clock.monotonicTime()).toBe(0n);
  });

  it("finds input ready when there is some, or none will come", () => {
    expect(poll(new Calls({}, new MemoryStreams("x")), { read: 0 })).toEqual([[100, success, 1]]);
    expect(poll(new Calls(), { read: 0 })).toEqual([[100, success, 1]]);
  });

  it("lets the clock win while no input comes", () => {
    const calls = new Calls({}, new MemoryStreams("", true));
    expect(poll(calls, { read: 0 }, { timeout: 8n })).toEqual([[101, success, 0]]);
  });

  it.each([{ read: 1 }, { read: 3 }, { write: 0 }, { write: 77 }])(
    "reports %j as an event with EBADF",
    (subscription) => {
      const [event] = poll(new Calls(), subscription);
      expect(event?.[1]).toBe(badf);
    },
  );

  it("reports a clock that does not exist as an event with EINVAL", () => {
    expect(poll(new Calls(), { clock: 9 })).toEqual([[100, inval, 0]]);
  });
});

describe("poll_oneoff refuses", () => {
  it.each([
    ["no subscriptions", [subscriptions, events, 0, result], inval],
    ["a list behind the memory", [pageBytes - 47, events, 1, result], fault],
    ["a list that wraps around", [-48, events, 1, result], fault],
    ["more events than memory", [subscriptions, events, 0x1000_0000, result], fault],
    ["a result behind the memory", [subscriptions, events, 1, pageBytes - 2], fault],
  ])("%s", (_what, parameters, error) => {
    expect(new Calls().call("poll_oneoff", ...parameters)).toBe(error);
  });

  it("an unknown kind of subscription", () => {
    const calls = new Calls();
    calls.view.setUint8(subscriptions + 8, 3);
    expect(calls.call("poll_oneoff", subscriptions, events, 1, result)).toBe(inval);
  });
});

describe("clocks", () => {
  it("tell the machine's time", () => {
    const calls = new Calls();
    calls.clock.advance(12_345n);
    expect(calls.call("clock_time_get", 1, 0n, 8)).toBe(success);
    expect(calls.view.getBigUint64(8, true)).toBe(12_345n);
    expect(calls.call("clock_time_get", 0, 0n, 8)).toBe(success);
    expect(calls.view.getBigUint64(8, true)).toBe(calls.clock.wallTime());
    expect(calls.call("clock_res_get", 1, 8)).toBe(success);
    expect(calls.view.getBigUint64(8, true)).toBe(1n);
  });

  it("that do not exist are refused, and so are places outside", () => {
    const calls = new Calls();
    expect(calls.call("clock_time_get", 2, 0n, 8)).toBe(inval);
    expect(calls.call("clock_res_get", 99, 8)).toBe(inval);
    expect(calls.call("clock_time_get", 1, 0n, pageBytes - 7)).toBe(fault);
    expect(calls.call("clock_res_get", 1, -8)).toBe(fault);
  });
});
