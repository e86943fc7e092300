import { describe, expect, it } from "vitest";
import { appBase } from "../../../contracts/machine-interface.ts";
import { type PcMachine, simulatedImage } from "../../../simulator/pc/pc-machine.ts";
import { startInfoAddress } from "../../../simulator/pc/start-info.ts";
import { callPc, createPc, findMemory, memoryMapTo, startInfo } from "./pc.fixture.ts";

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

function boot(end: number, record?: bigint) {
  const memory = new WebAssembly.Memory({ initial: 65_536 });
  const pc = createPc({ memory, startInfo: startInfo({ memoryMap: memoryMapTo(end) }) });
  new Uint8Array(memory.buffer).copyWithin(lowStartInfo, startInfoAddress, startInfoAddress + 56);
  pc.boot(record);
  return { pc, look: mapped(pc, memory) };
}

/** Where some monitors put the record: in a page that is not mapped otherwise. */
const lowStartInfo = 0x6000;

const { stackLow, stackHigh, heapStart } = simulatedImage;
const firstStackPage = stackHigh - 0x8000;

/** Reports a write where no page of the stack is; 1 when one is there now. */
function touchStack(pc: PcMachine, address: number) {
  return callPc(pc, "exception", 14, 2n, 0n, 0n, BigInt(address));
}

/** A device that is none: what matters is that the kernel looks for one. */
const silentDevice = { base: 0n, lengthBytes: 0, read: () => 0, write: () => undefined };

describe("registers that the command line names", () => {
  function look(address: bigint): string {
    const memory = new WebAssembly.Memory({ initial: 65_536 });
    const commandLine = `virtio_mmio.device=512@0x${address.toString(16)}:5`;
    const info = startInfo({ memoryMap: memoryMapTo(0x40_0000), commandLine });
    const pc = createPc({ memory, startInfo: info, devices: [silentDevice] });
    pc.boot();
    findMemory(pc);
    callPc(pc, "random_get", 0, 8);
    return mapped(pc, memory)(address);
  }

  it.each([
    ["below 4 GiB", 0xd000_0e00n],
    ["above 4 GiB", 0x8_0000_0e00n],
    ["as far up as OVMF puts some", 0x3800_0000_0e00n],
  ])("are mapped uncached %s", (_name, address) => {
    expect(look(address)).toBe("same rw- uncached");
  });

  it.each([
    ["the app's memory is", appBase + 0x1000n, "none"],
    ["there are no addresses", 0x8000_0000_0000n, "none"],
    ["the window ends", 0xffff_ff80n, "none"],
    ["memory is", 0x30_0000n, "same rw-"],
  ])("are not mapped where %s", (_name, address, expected) => {
    expect(look(address)).toBe(expected);
  });
});

describe("the page tables, once memory was asked for", () => {
  const { pc, look } = boot(0x4000_0000 + 0x30_0000);
  findMemory(pc);
  callPc(pc, "clock_time_get", 1, 0n, 8);

  it.each([
    ["nothing at address 0", 0, "none"],
    ["nothing below 64 KiB", 0xffff, "none"],
    ["the heap", heapStart, "same rw-"],
    ["memory behind the image", 0x20_0000, "same rw-"],
    ["memory in the second gigabyte", 0x4010_0000, "same rw-"],
    ["nothing behind memory", 0x4040_0000, "none"],
    ["the I/O APIC", 0xfec0_0000, "same rw- uncached"],
    ["the local APIC", 0xfee0_0320, "same rw- uncached"],
    ["nothing below the stack", stackLow - 1, "none"],
    ["nothing behind the window", 0x1_0000_0000, "none"],
    ["no page of the app before its first touch", appBase, "none"],
  ])("have %s", (_what, address, expected) => {
    expect(look(address)).toBe(expected);
  });

  it("leave the image as it comes", () => {
    expect(look(0x10_0000)).toBe("none");
    expect(look(heapStart - 1)).toBe("none");
  });

  it("have a stack of a megabyte, once it is touched, whose pages lie anywhere, not executable", () => {
    expect(look(firstStackPage - 4096)).toBe("none");
    expect(touchStack(pc, firstStackPage - 8)).toBe(1);
    const frames = new Set<string>();
    for (let page = stackLow; page < firstStackPage; page += 4096) frames.add(look(page));
    expect(frames.size).toBe((firstStackPage - stackLow) / 4096);
    for (const mapping of frames) expect(mapping).toMatch(/^0x[0-9a-f]+ rw-$/);
  });
});

describe("the page tables", () => {
  it("have nothing but the image before memory was asked for", () => {
    const { look } = boot(0x100_0000);
    for (const address of [heapStart, 0x20_0000, 0xfee0_0000]) expect(look(address)).toBe("none");
  });

  it("forget the low pages in which the boot record lay", () => {
    const { pc, look } = boot(0x100_0000, BigInt(lowStartInfo));
    findMemory(pc);
    expect(look(0x20_0000)).toBe("same rw-");
    expect(look(lowStartInfo)).toBe("none");
  });
});

describe("the stack", () => {
  it("grows to an eighth of a small memory", () => {
    const { pc, look } = boot(0x18_0000);
    expect(touchStack(pc, firstStackPage - 8)).toBe(1);
    const frames = (0x18_0000 - heapStart + 0x8_f000) / 4096;
    const bottom = firstStackPage - Math.floor(frames / 8) * 4096;
    expect(look(bottom)).toMatch(/ rw-$/);
    expect(look(bottom - 1)).toBe("none");
  });

  it("is retried where its lowest page was held back", () => {
    const { pc } = boot(0x100_0000);
    expect(touchStack(pc, firstStackPage)).toBe(1);
  });
});

describe("a first touch of app memory", () => {
  it("gives memory above the kernel's window first, as long as there is some", () => {
    const memory = new WebAssembly.Memory({ initial: 65_536 });
    const high = { start: 0x1_0000_0800n, lengthBytes: 0x2800n, type: 1 };
    const memoryMap = [...memoryMapTo(0x100_0000), high];
    const pc = createPc({ memory, startInfo: startInfo({ memoryMap }) });
    pc.boot();
    const look = mapped(pc, memory);
    const found = [0n, 4096n, 0x2000n].map((place) => {
      expect(callPc(pc, "pageFault", appBase + place, 2)).toBe(1);
      return look(appBase + place);
    });
    expect(found.slice(0, 2)).toEqual(["0x100001000 rw-", "0x100002000 rw-"]);
    expect(found[2]).toMatch(/^0x[0-9a-f]{1,7} rw-$/);
  });

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
    ["of the stack", BigInt(firstStackPage), 2],
    ["a page that is there", appBase, 1],
  ])("is refused %s", (_what, address, errorCode) => {
    const { pc } = boot(0x100_0000);
    expect(callPc(pc, "pageFault", address, errorCode)).toBe(0);
  });
});
