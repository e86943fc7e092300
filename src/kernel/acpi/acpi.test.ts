import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileKernelPart } from "../kernel-part.fixture.ts";
import { acpiTable, acpiTables, definitionCode } from "./acpi.fixture.ts";

const sources = ["table", "fixed-table", "sleep-types", "interrupt-table"].map(
  (name) => `src/kernel/acpi/${name}.as.ts`,
);
const memory = new WebAssembly.Memory({ initial: 32 });
const end = memory.buffer.byteLength;
let exports: WebAssembly.Exports;

beforeAll(async () => {
  const module = new WebAssembly.Module(await compileKernelPart(...sources));
  exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
});

function call(name: string, ...values: readonly (number | bigint)[]): unknown {
  const value = exports[name];
  if (typeof value !== "function") throw new Error(`there is no ${name}`);
  return Reflect.apply(value, undefined, values);
}

/** Puts bytes where nothing lies behind them: whoever reads on traps. */
function atTheEnd(bytes: Uint8Array): number {
  const start = end - bytes.length;
  new Uint8Array(memory.buffer).set(bytes, start);
  return start;
}

const facts = {
  sleepTypes: [5, 1],
  eventBlock: 0x600,
  controlBlock: 0x604,
  eventInterrupt: 9,
  eventLine: 20,
} as const;

describe("ACPI's tables", () => {
  it("are found from the root pointer on", () => {
    const start = end - 1024;
    atTheEnd(acpiTables(start, facts));
    const root = Number(call("rootTableAddress", start));
    expect(call("listedCount", root)).toBe(2);
    const [interrupts = 0, fixed = 0] = [0, 1].map((index) =>
      Number(call("listedAddress", root, index)),
    );
    expect(call("fixedWord", fixed, 56)).toBe(0x600);
    const definition = Number(call("definitionAddress", fixed));
    expect(call("findSleepTypes", definition + 36, 60)).toBe(5 | (1 << 8));
    expect(call("lineOf", interrupts, 9)).toBe((20 | (1 << 31)) >> 0);
    expect(call("lineOf", interrupts, 4)).toBe(4);
    expect(call("lineOf", 0, 9)).toBe(9);
  });

  it("are not, from a pointer that does not add up", () => {
    const start = end - 1024;
    const bytes = acpiTables(start, facts);
    bytes[10] = 1;
    atTheEnd(bytes);
    expect(call("rootTableAddress", start)).toBe(0n);
  });

  it.each([
    [0, 0],
    [1, 0],
    [7, 7],
    [5, 1],
  ] as const)("give the types %d and %d of the deepest sleep", (first, second) => {
    const code = definitionCode([first, second]);
    expect(call("findSleepTypes", atTheEnd(code), code.length)).toBe(first | (second << 8));
  });

  it("give none where there is no package of that name, or it has no numbers", () => {
    const named = definitionCode([5, 5]);
    for (const change of [8, 9, 10, 14, 17]) {
      const code = named.slice();
      code[change] = 0x55;
      expect(call("findSleepTypes", atTheEnd(code), code.length)).toBe(-1);
    }
  });

  it("that are too short have zeroes for what is missing", () => {
    const table = acpiTable("FACP", new Uint8Array(8));
    expect(call("fixedWord", atTheEnd(table), 40)).toBe(0);
    expect(call("fixedWord", atTheEnd(table), 41)).toBe(0);
    expect(call("genericAddress", atTheEnd(table), 244)).toBe(0n);
  });
});

describe("hostile tables", () => {
  const bytes = fc.uint8Array({ minLength: 36, maxLength: 400 });

  it("are never read beyond their length", () => {
    fc.assert(
      fc.property(bytes, fc.nat(300), fc.nat(0xffff), (contents, place, interrupt) => {
        const table = acpiTable("APIC", contents);
        const start = atTheEnd(table);
        call("lineOf", start, interrupt);
        call("fixedWord", start, place);
        call("definitionAddress", start);
        call("genericAddress", start, 244);
        call("findSleepTypes", start + 36, table.length - 36);
        const count = Number(call("listedCount", start));
        for (let index = 0; index < count; index++) call("listedAddress", start, index);
      }),
    );
  });

  it("of sleep types give what PM1 can take, or nothing", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc.constant(definitionCode([5, 5]).subarray(7, 20)),
      ),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const code = Buffer.concat(parts);
        const types = Number(call("findSleepTypes", atTheEnd(code), code.length));
        expect(types === -1 || (types & ~0x707) === 0).toBe(true);
      }),
    );
  });
});
