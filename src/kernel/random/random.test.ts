import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";
import { Simulation } from "../../simulator/simulation.ts";
import { EntropyDevice } from "../../simulator/virtio/entropy-device.ts";
import { MmioRegisters } from "../../simulator/virtio/mmio-registers.ts";
import { bootPc, callPc, startInfo } from "../platform/pc/pc.fixture.ts";

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

/** An entropy device that answers at once: nobody lets time pass while the kernel looks at it. */
class PromptDevice extends EntropyDevice {
  override notify(queue: number): void {
    super.notify(queue);
    while (this.simulation.timeline.step());
  }
}

describe("random_get in a virtual machine", () => {
  const memory = () => new WebAssembly.Memory({ initial: 0x20_0000 / 65_536 });
  const address = 0xd000_0000n;

  function sample(seed?: number) {
    const simulation = new Simulation(seed ?? 0);
    const guestMemory = memory();
    const device = new PromptDevice({ simulation, memory: guestMemory });
    const devices = seed === undefined ? [] : [new MmioRegisters(device, address)];
    const info = startInfo({ commandLine: `virtio_mmio.device=512@0x${address.toString(16)}:5` });
    const pc = bootPc({ memory: guestMemory, devices, startInfo: info });
    expect(callPc(pc, "random_get", 64, 32)).toBe(wasiErrors.success);
    const bytes = Buffer.from(pc.machine.appMemory.bytes().slice(64, 96)).toString("hex");
    return { pc, device, bytes };
  }

  it("is seeded by an entropy device, too, where there is one", () => {
    expect(sample(1).bytes).toBe(sample(1).bytes);
    expect(new Set([sample(1).bytes, sample(2).bytes, sample().bytes]).size).toBe(3);
    expect(sample(1).device.driverErrors).toEqual([]);
  });

  it("asks the device again after two mebibytes", () => {
    const { pc, device } = sample(1);
    const before = device.givenBytes;
    for (let count = 0; count < 130; count++) callPc(pc, "random_get", 0, 0x8000);
    expect(device.givenBytes).toBeGreaterThan(before);
  });
});
