import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "../command-line.fixture.ts";
import {
  attachToMachine,
  buildForDebugger,
  debug,
  frameChecker,
  missingForMachine,
  missingForProcess,
} from "./gdb.fixture.ts";

/** Calls of every kind: deep, indirect, with arguments on the stack, into the kernel; a large frame. */
const calls = `
#include <stdio.h>
#include <string.h>
typedef double (*operation)(double, double);
static double add(double a, double b) { return a + b; }
static double product(double a, double b) { return a * b; }
operation operations[] = { add, product };
__attribute__((noinline)) long many(long a, long b, long c, long d, long e, long f, long g, long h,
                                    long i, long j, double k) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + (long)k;
}
__attribute__((noinline)) int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
__attribute__((noinline)) int spill(const int *p) {
  int a = p[0], b = p[1], c = p[2], d = p[3], e = p[4], f = p[5], g = p[6], h = p[7];
  int sum = fib(a);
  return sum + a * b + b * c + c * d + d * e + e * f + f * g + g * h + a * h;
}
int main(int argc, char **argv) {
  int numbers[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
  char text[100];
  memset(text, 'x', sizeof text - 1);
  text[99] = 0;
  double value = operations[argc & 1](fib(5), many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, argc));
  printf("%d %s %.0f\\n", spill(numbers), text + 90, value);
  return 0;
}
`;

const script = `
function depth(n: i32): i32 { return n == 0 ? 0 : 1 + depth(n - 1); }
const words: string[] = [];
for (let i = 0; i < 4; i++) words.push(depth(i).toString());
console.log(words.join(","));
`;

const checkFrames = (limit: number): readonly string[] => [
  "set backtrace past-main on",
  `source ${frameChecker}`,
  `python run(${limit})`,
];

let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  work.write("calls.c", calls);
  work.write("script.as.ts", script);
});
afterAll(() => {
  work.remove();
});

const options = { timeout: 120_000 };

describe.skipIf(missingForProcess !== "")(`call frames of a process${missingForProcess}`, () => {
  it.each([
    ["calls.c", "", 2000],
    ["calls.c", "--fast", 2000],
    ["script.as.ts", "", 2000],
  ])("of %s %s lead to the caller from each instruction", options, async (source, word, least) => {
    await buildForDebugger(work, source, "linux", "image", word === "" ? [] : [word]);
    const said = debug(work, "image", ["starti", ...checkFrames(7000)]);
    expect(said).not.toContain("WRONG");
    expect(Number(/CHECKED (\d+)/.exec(said)?.[1])).toBeGreaterThan(least);
  });

  it("lead through a signal handler to what faulted", options, async () => {
    work.write("fault.c", "int main(int argc, char **argv) { return *(volatile int *)-argc; }");
    await buildForDebugger(work, "fault.c", "linux", "fault");
    const said = debug(work, "fault", [
      "set backtrace past-main on",
      "handle SIGSEGV nostop noprint pass",
      "break 'src/kernel/trap/trap.as/trap'",
      "run",
      "bt",
    ]);
    expect(said).toMatch(/#0 .*trap .*\n#1 .*<signal handler called>\n#2 .* main /);
    expect(said).toMatch(/ linux.entry.* \(\)$/m);
  });
});

describe.skipIf(missingForMachine !== "")(`call frames of a machine${missingForMachine}`, () => {
  it("lead to the caller from each instruction", options, async () => {
    await buildForDebugger(work, "calls.c", "pc", "image.elf");
    const said = debug(work, "image.elf", [
      attachToMachine("image.elf"),
      "break *&'pc.longMode'",
      "continue",
      ...checkFrames(1500),
      "kill",
    ]);
    expect(said).not.toContain("WRONG");
    expect(said).toContain("CHECKED 1500");
  });
});
