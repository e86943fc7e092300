import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { TsukiError } from "../contracts/errors.ts";
import {
  diskFields,
  healthLayout,
  metricsFields,
  metricsLayout,
  networkDeviceFields,
} from "../contracts/instance-report.ts";
import {
  decodeHealth,
  decodeMetrics,
  encodeReport,
  type MetricsReport,
  ReportQueue,
} from "./reports.ts";

/** A payload of so many bytes: u16 at the beginning, then u64 from offset 8 on. */
function payloadOf(length: number, words: readonly number[], values: readonly number[]): Buffer {
  const payload = Buffer.alloc(length);
  words.forEach((word, index) => void payload.writeUInt16LE(word, index * 2));
  values.forEach((value, index) => void payload.writeBigUInt64LE(BigInt(value), 8 + index * 8));
  return payload;
}

const { headerBytes, recordBytes } = metricsLayout;

function namedAs(names: readonly string[], first: number): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, first + index]));
}

describe("reports of an instance", () => {
  test.each([
    ["starting", 0],
    ["ready", 1],
    ["draining", 2],
  ])("say that it is %s", (state, number) => {
    const payload = payloadOf(healthLayout.bytes, [1, number], [77]);
    expect(decodeHealth(payload)).toEqual({ state, turns: 77 });
  });

  test("give each number its name, network devices before disks", () => {
    const values = Array.from({ length: 8 + 3 * 5 }, (_, index) => 100 + index);
    const payload = payloadOf(headerBytes + 3 * recordBytes, [1, 2, 1], values);
    expect(decodeMetrics(payload)).toEqual({
      ...namedAs(metricsFields, 100),
      networkDevices: [namedAs(networkDeviceFields, 108), namedAs(networkDeviceFields, 113)],
      disks: [namedAs(diskFields, 118)],
    });
  });

  test("are read as they were made", () => {
    const count = fastCheck.nat();
    const record = (names: readonly string[]) =>
      fastCheck.record(Object.fromEntries(names.map((name) => [name, count])));
    const devices = (names: readonly string[]) =>
      fastCheck.array(record(names), { maxLength: metricsLayout.deviceLimit });
    const made = fastCheck.tuple(
      record(metricsFields),
      devices(networkDeviceFields),
      devices(diskFields),
    );
    fastCheck.assert(
      fastCheck.property(made, ([numbers, networkDevices, disks]) => {
        const report = { ...numbers, networkDevices, disks } as unknown as MetricsReport;
        expect(decodeMetrics(encodeReport({ kind: "metrics", report }))).toEqual(report);
      }),
    );
    const health = { state: "draining", turns: 9 } as const;
    expect(decodeHealth(encodeReport({ kind: "health", report: health }))).toEqual(health);
  });

  test.each([
    ["no payload", payloadOf(0, [], [])],
    ["another version", payloadOf(headerBytes, [2], [])],
    ["a payload that is too short", payloadOf(headerBytes - 1, [1], [])],
    ["fewer records than it says", payloadOf(headerBytes, [1, 0, 1], [])],
    ["more records than it says", payloadOf(headerBytes + recordBytes, [1], [])],
    ["more devices than there can be", payloadOf(headerBytes + 9 * recordBytes, [1, 9], [])],
  ])("metrics with %s are refused", (_what, payload) => {
    expect(() => decodeMetrics(payload)).toThrow(
      expect.objectContaining({ code: "control-protocol" }),
    );
  });

  test.each([
    ["no payload", payloadOf(0, [], [])],
    ["another version", payloadOf(healthLayout.bytes, [0, 1], [])],
    ["an unknown state", payloadOf(healthLayout.bytes, [1, 3], [])],
    ["a byte too many", payloadOf(healthLayout.bytes + 1, [1, 1], [])],
  ])("health with %s is refused", (_what, payload) => {
    expect(() => decodeHealth(payload)).toThrow(
      expect.objectContaining({ code: "control-protocol" }),
    );
  });

  test("whatever a guest sends is read or refused by name", () => {
    const begun = fastCheck
      .tuple(fastCheck.array(fastCheck.nat(10), { maxLength: 4 }), fastCheck.nat(900))
      .map(([words, length]) => payloadOf(Math.max(length, 8), words, []));
    const payloads = fastCheck.oneof(fastCheck.uint8Array({ maxLength: 900 }), begun);
    fastCheck.assert(
      fastCheck.property(payloads, (payload) => {
        for (const decode of [decodeHealth, decodeMetrics]) {
          try {
            decode(payload);
          } catch (error) {
            expect(error).toBeInstanceOf(TsukiError);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("those who wait for a report", () => {
  test("ask once, and all get it", async () => {
    let questions = 0;
    const queue = new ReportQueue<number>(() => ++questions > 0);
    const answers = [queue.next(60_000), queue.next(60_000)];
    queue.deliver(5);
    expect(await Promise.all(answers)).toEqual([5, 5]);
    expect(questions).toBe(1);
  });

  test("have none when there is nobody to ask, or nobody answers in time", async () => {
    expect(await new ReportQueue(() => false).next(60_000)).toBeUndefined();
    expect(await new ReportQueue(() => true).next(1)).toBeUndefined();
  });
});
