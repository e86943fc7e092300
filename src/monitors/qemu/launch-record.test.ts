import { describe, expect, test } from "vitest";
import { encodeLaunchRecord } from "./launch-record.ts";

describe("encodeLaunchRecord", () => {
  test("has counts, entropy and NUL-terminated UTF-8 strings", () => {
    const entropy = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
    const record = Buffer.from(encodeLaunchRecord(["a", "ä"], ["N=1"], entropy));
    expect(record.toString("latin1", 0, 4)).toBe("TSUK");
    expect(record.readUInt32LE(4)).toBe(2);
    expect(record.readUInt32LE(8)).toBe(1);
    expect(record.subarray(12, 44)).toEqual(Buffer.from(entropy));
    expect(record.toString("utf8", 44)).toBe("a\0ä\0N=1\0");
  });

  test("no two launches have the same entropy", () => {
    expect(encodeLaunchRecord([], [])).not.toEqual(encodeLaunchRecord([], []));
  });
});
