import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeSeccompFilter, seccompAction } from "./seccomp.ts";

const x64 = 0xc000_003e;
const i386 = 0x4000_0003;
const x32Bit = 0x4000_0000;

/** Runs a filter as the kernel does (Documentation/networking/filter.rst), on a `seccomp_data`. */
function run(
  filter: Uint8Array,
  architecture: number,
  number: number,
  first = 0n,
  third = 0n,
): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, architecture, true);
  data.setBigUint64(16, first, true);
  data.setBigUint64(32, third, true);
  const view = new DataView(filter.buffer);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const constant = view.getUint32(at + 4, true);
    const code = view.getUint16(at, true);
    if (code === 0x06) return constant;
    if (code === 0x20) accumulator = data.getUint32(constant, true);
    else if (code === 0x15) {
      at += 8 * view.getUint8(accumulator === constant ? at + 2 : at + 3);
    } else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error("the filter ends without a return");
}

const filter = makeSeccompFilter({
  allowed: [231, 0, 1, 9, 10, 20, 35, 231, 300],
  rules: new Map([
    [1, [{ index: 0, values: [1, 2] }]],
    [9, [{ index: 2, values: [3] }]],
    [
      10,
      [
        { index: 0, values: [5, 6, 7] },
        { index: 2, values: [8, 9] },
      ],
    ],
    [20, [{ index: 0, values: [1] }]],
    [300, [{ index: 0, values: [] }]],
  ]),
}).bytes;

describe("makeSeccompFilter", () => {
  const cases: [string, number, number, bigint, boolean][] = [
    ["an allowed call", x64, 231, 0n, true],
    ["read of any descriptor", x64, 0, 77n, true],
    ["write to descriptor 1", x64, 1, 1n, true],
    ["write to descriptor 2", x64, 1, 2n, true],
    ["write to descriptor 3", x64, 1, 3n, false],
    ["write to -1", x64, 1, 0xffff_ffffn, false],
    ["writev to descriptor 1", x64, 20, 1n, true],
    ["writev to descriptor 2", x64, 20, 2n, false],
    ["a call allowed for no descriptor", x64, 300, 0n, false],
    ["a call not allowed", x64, 59, 0n, false],
    ["the same number in the x32 ABI", x64, x32Bit + 231, 0n, false],
    ["the same number in the i386 ABI", i386, 231, 0n, false],
    ["number -1", x64, 0xffff_ffff, 0n, false],
  ];
  it.each(cases)("%s", (_name, architecture, number, first, allowed) => {
    const { allow, killProcess } = seccompAction;
    expect(run(filter, architecture, number, first)).toBe(allowed ? allow : killProcess);
  });

  it.each([5, 6, 7, 4, 8])("looks at each argument that has a rule: %i", (first) => {
    const { allow, killProcess } = seccompAction;
    for (const third of [7, 8, 9, 10]) {
      const isAllowed = first >= 5 && first <= 7 && (third === 8 || third === 9);
      const action = isAllowed ? allow : killProcess;
      expect(run(filter, x64, 10, BigInt(first), BigInt(third))).toBe(action);
    }
  });

  it("looks at the argument that the rule names", () => {
    expect(run(filter, x64, 9, 0n, 3n)).toBe(seccompAction.allow);
    expect(run(filter, x64, 9, 3n, 7n)).toBe(seccompAction.killProcess);
  });

  it("allows exactly the numbers of any policy", () => {
    const numbers = fc.array(fc.nat({ max: 470 }), { maxLength: 60 });
    fc.assert(
      fc.property(numbers, fc.nat({ max: 470 }), (allowed, number) => {
        const { bytes, length } = makeSeccompFilter({ allowed });
        expect(bytes.length).toBe(8 * length);
        const { allow, killProcess } = seccompAction;
        expect(run(bytes, x64, number)).toBe(allowed.includes(number) ? allow : killProcess);
      }),
    );
  });

  it("refuses a policy that jumps cannot span", () => {
    const allowed = Array.from({ length: 300 }, (_, number) => number);
    expect(() => makeSeccompFilter({ allowed })).toThrow(RangeError);
  });
});
