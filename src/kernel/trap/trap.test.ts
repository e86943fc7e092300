import { describe, expect, it } from "vitest";
import { appBase } from "../../contracts/machine-interface.ts";
import { trapKinds } from "../../contracts/traps.ts";
import { freeMemory, LinuxProcess } from "../platform/linux/linux.fixture.ts";

const table = freeMemory;
const names = freeMemory + 0x1000;
const code = freeMemory + 0x2000;
const stackLow = freeMemory + 0x8000;
const stackHigh = freeMemory + 0x1_0000;

interface MappedFunction {
  readonly name: string;
  readonly frameBytes: number;
  readonly code?: readonly number[];
}

/** A process with functions of 256 bytes each at `code`. */
function processWith(functions: readonly MappedFunction[]): LinuxProcess {
  const instance = new LinuxProcess([], [], {
    functionTable: table,
    functionCount: functions.length,
    stackLow,
    stackHigh,
  });
  const view = new DataView(instance.memory.buffer);
  const bytes = new Uint8Array(instance.memory.buffer);
  functions.forEach(({ name, frameBytes, code: instructions = [] }, index) => {
    const record = table + index * 16;
    const text = new TextEncoder().encode(name);
    const namePlace = name === "" ? 0 : names + index * 64;
    view.setUint32(record, code + index * 256, true);
    view.setUint32(record + 4, code + index * 256 + 200, true);
    view.setUint32(record + 8, frameBytes, true);
    view.setUint32(record + 12, namePlace, true);
    if (namePlace !== 0) {
      view.setUint16(namePlace, text.length, true);
      bytes.set(text, namePlace + 2);
    }
    bytes.set(instructions, code + index * 256);
  });
  instance.boot();
  return instance;
}

function push(instance: LinuxProcess, slot: number, value: number): void {
  new DataView(instance.memory.buffer).setBigUint64(slot, BigInt(value), true);
}

function report(instance: LinuxProcess, kind: number, pc: number, sp: number, address = 0n) {
  const status = instance.call("trap", kind, BigInt(pc), BigInt(sp), address);
  expect(status).toBe(134);
  return (instance.output[2] ?? "").trimEnd().split("\n");
}

const inner = { name: "inner", frameBytes: 24, code: [0x53, 0x41, 0x54, 0x48, 0x83, 0xec, 8] };
const middle = { name: "größe", frameBytes: 8 };
const outer = { name: "", frameBytes: 0 };
const functionAt = (index: number, offset: number): number => code + index * 256 + offset;

describe("the report of a trap", () => {
  it.each(Object.values(trapKinds))("says $message", ({ id, message }) => {
    const [line] = report(processWith([inner]), id, functionAt(0, 20), stackLow, 0n);
    expect(line?.startsWith(`tsuki: trap: ${message}`)).toBe(true);
  });

  it("names the active functions, innermost first", () => {
    const instance = processWith([inner, middle, outer]);
    const sp = stackLow + 64;
    push(instance, sp + 24, functionAt(1, 0x1c));
    push(instance, sp + 40, functionAt(2, 200));
    push(instance, sp + 48, 0x1234);
    expect(report(instance, 0, functionAt(0, 7), sp)).toEqual([
      "tsuki: trap: unreachable",
      "    at inner+0x7",
      "    at größe+0x1c",
      `    at 0x${functionAt(2, 200).toString(16)}`,
    ]);
  });

  it.each([
    ["before the first push", 0, 0],
    ["behind one push", 1, 8],
    ["behind both pushes", 3, 16],
  ])("finds the caller in a prologue, %s", (_what, offset, pushed) => {
    const instance = processWith([inner, middle]);
    const sp = stackLow + 64;
    push(instance, sp + pushed, functionAt(1, 9));
    const lines = report(instance, 9, functionAt(0, offset), sp);
    expect(lines.slice(1)).toEqual([`    at inner+0x${offset}`, "    at größe+0x9"]);
  });

  it("shows 32 frames and says how many there are besides", () => {
    const instance = processWith([{ name: "down", frameBytes: 8 }]);
    for (let slot = stackLow; slot < stackLow + 100 * 16; slot += 8) {
      push(instance, slot, functionAt(0, 50));
    }
    const lines = report(instance, 9, functionAt(0, 60), stackLow);
    expect(lines).toHaveLength(34);
    expect(lines.at(-1)).toBe("    ... 69 more");
  });

  it.each([0n, 1n, 0xffff_ffff_ffff_fff8n, BigInt(stackHigh), BigInt(stackLow + 4)])(
    "survives a stack pointer of %i",
    (sp) => {
      const instance = processWith([inner]);
      const status = instance.call("trap", 0, BigInt(functionAt(0, 20)), sp, 0n);
      expect(status).toBe(134);
    },
  );

  it("survives a program counter of nobody", () => {
    expect(report(processWith([inner]), 0, 4, stackLow)[1]).toBe("    at 0x4");
    expect(report(processWith([]), 0, functionAt(0, 201), stackLow)).toHaveLength(2);
  });
});

describe("a fault becomes a trap by its address:", () => {
  it.each([
    ["the app's memory", appBase + 0x1_0000n, trapKinds.memoryOutOfBounds],
    ["the end of the reservation", appBase + 0x1_ffff_ffffn, trapKinds.memoryOutOfBounds],
    ["the stack's guard", BigInt(stackLow - 1), trapKinds.stackOverflow],
    ["deeper in the guard", BigInt(stackLow - 0x1_0000), trapKinds.stackOverflow],
    ["anywhere else", 0x500n, trapKinds.machineFault],
    ["the last memory", appBase + 0x2_0000_0000n * 1000n - 1n, trapKinds.memoryOutOfBounds],
    ["behind it", appBase + 0x2_0000_0000n * 1000n, trapKinds.machineFault],
  ])("%s", (_what, address, { message }) => {
    const [line] = report(processWith([inner]), 4, functionAt(0, 20), stackLow + 8, address);
    expect(line?.startsWith(`tsuki: trap: ${message}`)).toBe(true);
  });
});
