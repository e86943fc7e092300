import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";

/** RFC 8439's block function with a zero key, counter and nonce: bytes 32 to 63 (A.1, vector 1). */
const zeroKeyBlock = "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586";

function bytesOf(calls: Calls, pointer: number, length: number): string {
  return Buffer.from(calls.machine.appMemory.bytes().slice(pointer, pointer + length)).toString(
    "hex",
  );
}

describe("random_get", () => {
  it("is ChaCha20 over the seed", () => {
    const calls = new Calls({ random: (bytes) => bytes.fill(0) });
    expect(calls.call("random_get", 64, 32)).toBe(wasiErrors.success);
    expect(bytesOf(calls, 64, 32)).toBe(zeroKeyBlock);
  });

  it("never repeats a block, and writes exactly what is asked for", () => {
    const calls = new Calls({ random: (bytes) => bytes.fill(7) });
    expect(calls.call("random_get", 64, 32 * 100 + 5)).toBe(wasiErrors.success);
    const blocks = Array.from({ length: 100 }, (_, index) => bytesOf(calls, 64 + 32 * index, 32));
    expect(new Set(blocks).size).toBe(100);
    expect(bytesOf(calls, 64 + 3205, 8)).toBe("00".repeat(8));
  });

  it("depends on the seed", () => {
    const sample = (seed: number): string => {
      const calls = new Calls({ random: (bytes) => bytes.fill(seed) });
      calls.call("random_get", 0, 16);
      return bytesOf(calls, 0, 16);
    };
    expect(sample(1)).toBe(sample(1));
    expect(sample(1)).not.toBe(sample(2));
  });

  it("gives EFAULT outside the memory", () => {
    const calls = new Calls();
    expect(calls.call("random_get", 65_530, 7)).toBe(wasiErrors.fault);
    expect(calls.call("random_get", -1, 0xffff_ffff)).toBe(wasiErrors.fault);
    expect(calls.call("random_get", 65_536, 0)).toBe(wasiErrors.success);
  });
});
