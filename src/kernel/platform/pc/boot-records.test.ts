import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootRecordKinds } from "../../../contracts/machine-interface.ts";
import { InstanceExit } from "../../../simulator/exit.ts";
import { encodeLaunchRecord } from "../../../simulator/launch-record.ts";
import type { PcMachine } from "../../../simulator/pc/pc-machine.ts";
import { type BootFacts, multibootInformation, writeZeroPage } from "./boot-records.fixture.ts";
import { callPc, createPc, exitStatusOf, memoryMapTo, startInfo } from "./pc.fixture.ts";

const memoryEnd = 0x40_0000;
const recordAddress = 0x9_0000;
const launchAddress = 0x30_0000;
const launchRecord = encodeLaunchRecord(["app", "one", "two"], ["A=1"]);
const facts = {
  commandLine: "quiet tsuki.time=1600000000000000007",
  module: { start: launchAddress, lengthBytes: launchRecord.length },
  memoryMap: memoryMapTo(memoryEnd),
};
const kinds = ["zeroPage", "multiboot"] as const;

/** All of the window, so that every address that the kernel may look at is there. */
const window = new WebAssembly.Memory({ initial: 65_536 });

function putRecord(memory: Uint8Array, kind: (typeof kinds)[number], given: BootFacts): void {
  memory.set(launchRecord, launchAddress);
  if (kind === "zeroPage") writeZeroPage(memory, recordAddress, given);
  else memory.set(multibootInformation(given), recordAddress);
}

function createWith(
  kind: (typeof kinds)[number],
  change: (record: Uint8Array) => void,
  given: BootFacts = facts,
): PcMachine {
  // What a start_info says besides must not be looked at.
  const pc = createPc({ memory: window, startInfo: startInfo({ memoryMap: [] }) });
  const bytes = new Uint8Array(window.buffer);
  bytes.fill(0, recordAddress, recordAddress + 8192);
  putRecord(bytes, kind, given);
  change(bytes.subarray(recordAddress, recordAddress + 8192));
  pc.boot(BigInt(recordAddress | bootRecordKinds[kind]));
  return pc;
}

describe.each(kinds)("a boot record of kind %s", (kind) => {
  it("gives memory, arguments and the time", () => {
    const pc = createWith(kind, () => {});
    expect(callPc(pc, "args_sizes_get", 0, 4)).toBe(0);
    const view = new DataView(pc.machine.appMemory.bytes().buffer);
    expect(view.getUint32(0, true)).toBe(3);
    expect(callPc(pc, "clock_time_get", 0, 0n, 8)).toBe(0);
    expect(view.getBigUint64(8, true) / 1_000_000_000n).toBe(1_600_000_000n);
    expect(callPc(pc, "pageFault", 0x10_0000_0000n, 2)).toBe(1);
  });

  it("gives arguments that lie in what firmware keeps of the memory", () => {
    const given = { ...facts, memoryMap: memoryMapTo(launchAddress) };
    const pc = createWith(kind, () => {}, given);
    expect(callPc(pc, "args_sizes_get", 0, 4)).toBe(0);
    const view = new DataView(pc.machine.appMemory.bytes().buffer);
    expect(view.getUint32(0, true)).toBe(3);
  });

  it("never traps the kernel, whatever stands in it", () => {
    const edits = fc.array(fc.tuple(fc.nat(0x400), fc.uint8Array({ maxLength: 12 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(edits, (changes) => {
        const pc = createWith(kind, (record) => {
          for (const [place, bytes] of changes) record.set(bytes, place);
        });
        try {
          callPc(pc, "args_sizes_get", 0, 4);
        } catch (error) {
          expect(error).toBeInstanceOf(InstanceExit);
        }
        expect(pc.trapReport).toBe("");
        expect([0, 125]).toContain(exitStatusOf(pc));
      }),
      { numRuns: 150 },
    );
  });
});

describe("boot information of Multiboot 2", () => {
  it.each([
    ["a total that is no length", 0, 4],
    ["a total without end", 0, 0xffff_ffff],
    ["a tag that is shorter than its head", 12, 0],
    ["a tag that goes on behind the end", 12, 0x1000_0000],
  ])("with %s is none", (_what, place, value) => {
    const pc = createWith("multiboot", (record) =>
      new DataView(record.buffer, record.byteOffset).setUint32(place, value, true),
    );
    expect(() => callPc(pc, "args_sizes_get", 0, 4)).toThrow(InstanceExit);
    expect(exitStatusOf(pc)).toBe(125);
  });
});
