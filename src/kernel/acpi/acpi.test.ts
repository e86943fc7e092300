import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileKernelPart } from "../kernel-part.fixture.ts";
import { acpiTable, acpiTables, definitionCode } from "./acpi.fixture.ts";

const sources = ["table", "fixed-table", "sleep-types", "interrupt-table", "register-devices"].map(
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

/** A device's AML as QEMU writes it, with descriptors of registers and an interrupt. */
function deviceCode(address: number, bytes: number, interrupt: number): Uint8Array {
  const word = (value: number) => [
    value & 255,
    (value >> 8) & 255,
    (value >> 16) & 255,
    value >>> 24,
  ];
  const identifier = [8, ...Buffer.from("_HID"), 0x0d, ...Buffer.from("LNRO0005"), 0];
  const registers = [0x86, 9, 0, 1, ...word(address), ...word(bytes)];
  const interrupts = [0x89, 6, 0, 1, 1, ...word(interrupt)];
  const resources = [...registers, ...interrupts, 0x79, 0];
  const buffer = [0x11, resources.length + 3, 0x0a, resources.length, ...resources];
  return Uint8Array.of(...identifier, 0xa3, 8, ...Buffer.from("_CRS"), ...buffer);
}

describe("devices in the definition block", () => {
  it("are found one behind the other", () => {
    const code = Buffer.concat([
      definitionCode([5, 5]),
      deviceCode(0xfeb0_2e00, 512, 47),
      deviceCode(0xfeb0_2c00, 256, 46),
    ]);
    const start = atTheEnd(code);
    const found: unknown[] = [];
    let place = Number(call("findRegisterDevice", start, end));
    for (; place !== 0; place = Number(call("findRegisterDevice", place, end))) {
      found.push([Number(call("foundAddress")) >>> 0, call("foundBytes"), call("foundInterrupt")]);
    }
    expect(found).toEqual([
      [0xfeb0_2e00, 512, 47],
      [0xfeb0_2c00, 256, 46],
    ]);
  });

  it("are not, where anything of them is missing", () => {
    const code = deviceCode(0xfeb0_2e00, 512, 47);
    for (const change of [0, 2, 5, 8, 16, 17, 21, 23, 25, 37]) {
      const changed = code.slice();
      changed[change] = 0x55;
      expect([change, call("findRegisterDevice", atTheEnd(changed), end)]).toEqual([change, 0]);
    }
    for (let length = 0; length < code.length - 2; length++) {
      expect(call("findRegisterDevice", atTheEnd(code.subarray(0, length)), end)).toBe(0);
    }
  });

  it("have the controller of their interrupt", () => {
    const controller = (address: number, first: number) => [
      1,
      12,
      0,
      0,
      0,
      0,
      0xc0 + address,
      0xfe,
      first,
      0,
      0,
      0,
    ];
    const entries = Uint8Array.of(
      0,
      0,
      0xe0,
      0xfe,
      1,
      0,
      0,
      0,
      ...controller(0, 0),
      ...controller(1, 24),
    );
    const table = atTheEnd(acpiTable("APIC", entries));
    expect(call("controllerOf", table, 5)).toBe(0xfec0_0000n);
    expect(call("controllerOf", table, 24)).toBe(0xfec1_0000n | (24n << 32n));
    expect(call("controllerOf", table, 48)).toBe(0n);
    expect(call("controllerOf", 0, 5)).toBe(0n);
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
        call("controllerOf", start, interrupt);
        call("fixedWord", start, place);
        call("definitionAddress", start);
        call("genericAddress", start, 244);
        call("findSleepTypes", start + 36, table.length - 36);
        const count = Number(call("listedCount", start));
        for (let index = 0; index < count; index++) call("listedAddress", start, index);
      }),
    );
  });

  it("with devices are never read beyond their end", () => {
    const piece = fc.tuple(fc.nat(60), fc.nat(255)).map(([place, value]) => {
      const code = deviceCode(0xfeb0_2e00, 512, 47);
      code[place % code.length] = value;
      return code;
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), fc.nat(60), (pieces, cut) => {
        const code = Buffer.concat(pieces);
        const start = atTheEnd(code.subarray(0, Math.max(0, code.length - cut)));
        let place = Number(call("findRegisterDevice", start, end));
        while (place !== 0) place = Number(call("findRegisterDevice", place, end));
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
