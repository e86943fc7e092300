import { expect, test } from "vitest";
import { InstructionCounter } from "./instruction-trace.ts";

const entry = 0x100;
const functions = [
  { name: "pc.enter", start: 0x100, end: 0x110 },
  { name: "src/kernel/boot/boot.as/boot", start: 0x110, end: 0x120 },
  { name: "src/kernel/drivers/a.as/open<src/kernel/drivers/blk/b.as/B>", start: 0x120, end: 0x130 },
  { name: "_start", start: 0x200, end: 0x210 },
];

const at = (address: number) =>
  `Trace 0: 0x7f64c4000100 [0000000000000000/${address.toString(16).padStart(16, "0")}/40/ff0201] `;

function count(...lines: readonly string[]) {
  const counter = new InstructionCounter(functions, entry);
  const isReached = lines.some((line) => counter.take(line));
  const { instructions, withoutRepetitions } = counter;
  return {
    isReached,
    instructions,
    withoutRepetitions,
    phases: Object.fromEntries(counter.phases),
  };
}

test("counts from the entry to the app's first instruction, which it leaves out", () => {
  const trace = [0xfff0, 0x100, 0x102, 0x110, 0x112, 0x102, 0x200, 0x202];
  expect(count(...trace.map(at))).toEqual({
    isReached: true,
    instructions: 5,
    withoutRepetitions: 5,
    phases: { entry: 3, boot: 2 },
  });
});

test("counts what is in no function to what it stands behind", () => {
  const { phases } = count(...[0x100, 0x8000, 0x110, 0x8000].map(at));
  expect(phases).toEqual({ entry: 2, boot: 2 });
});

test("takes a function for what it is in, whatever its types are in", () => {
  expect(count(...[0x100, 0x120].map(at)).phases).toEqual({ entry: 1, drivers: 1 });
});

test("counts up to a function that is named", () => {
  const counter = new InstructionCounter(functions, entry, "_start");
  const counted = [0x100, 0x102, 0x204].map((address) => counter.take(at(address)));
  expect([counted, counter.instructions]).toEqual([[false, false, true], 2]);
  const other = new InstructionCounter(functions, entry, "main");
  expect([0x100, 0x204].map((address) => other.take(at(address)))).toEqual([false, false]);
  expect(Object.fromEntries(other.phases)).toEqual({ entry: 1, other: 1 });
});

test("counts different instructions, however often each is executed", () => {
  const counter = new InstructionCounter(functions, entry);
  for (const address of [0x100, 0x102, 0x100, 0x102, 0x102, 0x110]) counter.take(at(address));
  expect([counter.instructions, counter.different]).toEqual([6, 3]);
});

test("tells the repetitions of a string instruction apart", () => {
  const trace = [0x100, 0x102, 0x102, 0x102, 0x200].map(at);
  expect(count(...trace)).toMatchObject({ instructions: 4, withoutRepetitions: 2 });
});

test.each([
  "Stopped execution of TB chain before 0x7f64c4000100 [0000000000000102]",
  "cpu_io_recompile: rewound execution of TB to 0000000000000102",
])("does not count an instruction that was traced but not executed: %s", (stopped) => {
  const trace = [at(0x100), at(0x102), stopped, at(0x102), at(0x200)];
  expect(count(...trace)).toMatchObject({ instructions: 2, withoutRepetitions: 2 });
});

test("says when the app was not reached", () => {
  expect(count(at(0x100)).isReached).toBe(false);
});
