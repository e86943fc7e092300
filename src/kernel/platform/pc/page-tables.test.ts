import { describe, expect, it } from "vitest";
import { appBase } from "../../../contracts/machine-interface.ts";
import { type PcMachine, simulatedImage } from "../../../simulator/pc/pc-machine.ts";
import { bootPc, callPc, memoryMapTo, startInfo } from "./pc.fixture.ts";

const noExecute = 1n << 63n;
const addressBits = 0x000f_ffff_ffff_f000n;

interface Mapping {
  readonly address: bigint;
  readonly isWritable: boolean;
  readonly isExecutable: boolean;
  readonly isUncached: boolean;
}

/** Walks the tables as the processor would (Intel SDM 3, 4.5). */
function translate(memory: DataView, root: bigint, address: bigint): Mapping | undefined {
  let table = root;
  let isWritable = true;
  let isExecutable = true;
  for (const shift of [39n, 30n, 21n, 12n]) {
    const index = Number((address >> shift) & 511n);
    const entry = memory.getBigUint64(Number(table) + index * 8, true);
    if ((entry & 1n) === 0n) return undefined;
    isWritable &&= (entry & 2n) !== 0n;
    isExecutable &&= (entry & noExecute) === 0n;
    table = entry & addressBits;
    if (shift === 12n || (entry & 0x80n) !== 0n) {
      const offset = address & ((1n << shift) - 1n);
      const isUncached = (entry & 0x10n) !== 0n;
      return { address: table + offset, isWritable, isExecutable, isUncached };
    }
  }
  return undefined;
}

function mapped(pc: PcMachine, memory: WebAssembly.Memory) {
  const view = new DataView(memory.buffer);
  return (address: number | bigint): string => {
    const mapping = translate(view, pc.processor.pageTables, BigInt(address));
    if (mapping === undefined) return "none";
    const target =
      mapping.address === BigInt(address) ? "same" : `0x${mapping.address.toString(16)}`;
    const rights = `${mapping.isWritable ? "w" : "-"}${mapping.isExecutable ? "x" : "-"}`;
    return `${target} r${rights}${mapping.isUncached ? " uncached" : ""}`;
  };
}

function boot(end: number) {
  const memory = new WebAssembly.Memory({ initial: 65_536 });
  const pc = bootPc({ memory, startInfo: startInfo({ memoryMap: memoryMapTo(end) }) });
  return { pc, look: mapped(pc, memory) };
}

const { textStart, textEnd, readOnlyStart, readOnlyEnd, stackLow, stackHigh, heapStart } =
  simulatedImage;

describe("the page tables", () => {
  const { pc, look } = boot(0x4000_0000 + 0x30_0000);

  it.each([
    ["nothing at address 0", 0, "none"],
    ["nothing below 64 KiB", 0xffff, "none"],
    ["conventional memory", 0x1_0000, "same rw-"],
    ["statics", 0x10_0000, "same rw-"],
    ["text", textStart, "same r-x"],
    ["the end of text", textEnd - 1, "same r-x"],
    ["read-only data", readOnlyStart, "same r--"],
    ["the end of read-only data", readOnlyEnd - 1, "same r--"],
    ["data behind it", readOnlyEnd, "same rw-"],
    ["the guard below the stack", stackLow - 1, "none"],
    ["the whole guard page", stackLow - 4096, "none"],
    ["what lies below the guard", stackLow - 4097, "same rw-"],
    ["the stack", stackLow, "same rw-"],
    ["the stack's end", stackHigh - 1, "same rw-"],
    ["the heap", heapStart, "same rw-"],
    ["memory behind the image", 0x20_0000, "same rw-"],
    ["memory in the second gigabyte", 0x4010_0000, "same rw-"],
    ["nothing behind memory", 0x4040_0000, "none"],
    ["the I/O APIC", 0xfec0_0000, "same rw- uncached"],
    ["the local APIC", 0xfee0_0320, "same rw- uncached"],
    ["nothing behind the window", 0x1_0000_0000, "none"],
    ["no page of the app before its first touch", appBase, "none"],
  ])("have %s", (_what, address, expected) => {
    expect(look(address)).toBe(expected);
  });

  it("allow nothing to be both written and executed", () => {
    const both: number[] = [];
    for (let address = 0; address < 0x40_0000; address += 4096) {
      if (look(address).endsWith("rwx")) both.push(address);
    }
    expect(both).toEqual([]);
  });

  it("enable no-execute in EFER", () => {
    expect((pc.processor.registers.get(0xc000_0080) ?? 0n) & 0x800n).toBe(0x800n);
  });
});

describe("a first touch of app memory", () => {
  it("gives a page, not executable, and every page another frame", () => {
    const { pc, look } = boot(0x100_0000);
    const places = [0n, 4096n, 0xf000n];
    const found = places.map((place) => {
      expect(callPc(pc, "pageFault", appBase + place + 5n, 2)).toBe(1);
      return look(appBase + place);
    });
    for (const mapping of found) expect(mapping).toMatch(/^0x[0-9a-f]+ rw-$/);
    expect(new Set(found).size).toBe(3);
    expect(look(appBase + 4096n * 2n)).toBe("none");
  });

  it.each([
    ["behind the app's memory", appBase + 0x1_0000n, 2],
    ["below it", appBase - 1n, 2],
    ["in the guard below the stack", BigInt(stackLow - 8), 2],
    ["a page that is there", appBase, 1],
  ])("is refused %s", (_what, address, errorCode) => {
    const { pc } = boot(0x100_0000);
    expect(callPc(pc, "pageFault", address, errorCode)).toBe(0);
  });
});
