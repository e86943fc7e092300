import { expect, test } from "vitest";
import { countBetween } from "./trace.ts";

const at = (address: number) =>
  `Trace 0: 0x7f64c4000100 [0000000000000000/${address.toString(16).padStart(16, "0")}/40/ff0201] `;

test("counts from the first instruction up to the last, which it leaves out", () => {
  const trace = [0xfff0, 0x100, 0x102, 0x100, 0x102, 0x200, 0x202].map(at);
  expect(countBetween(trace, 0x100, 0x200)).toEqual({ instructions: 4, withoutRepetitions: 4 });
});

test("tells the repetitions of a string instruction apart", () => {
  const trace = [0x100, 0x102, 0x102, 0x102, 0x104].map(at);
  expect(countBetween(trace, 0x100, 0x104)).toEqual({ instructions: 4, withoutRepetitions: 2 });
});

test.each([
  "Stopped execution of TB chain before 0x7f64c4000100 [0000000000000102]",
  "cpu_io_recompile: rewound execution of TB to 0000000000000102",
])("does not count an instruction that was traced but not executed: %s", (stopped) => {
  const trace = [at(0x100), at(0x102), stopped, at(0x102), at(0x104)];
  expect(countBetween(trace, 0x100, 0x104)).toEqual({ instructions: 2, withoutRepetitions: 2 });
});

test("a trace that never gets there is an error", () => {
  expect(() => countBetween([at(0x100)], 0x100, 0x200)).toThrow("from 100 to 200");
});
