import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "../command-line.fixture.ts";
import {
  attachToMachine,
  buildForDebugger,
  debug,
  missingForMachine,
  missingForProcess,
} from "./gdb.fixture.ts";

const sums = `#include <stdio.h>
struct point { int x; double y; struct point *next; };
static int depth;
int fib(int n) {
  depth++;
  if (n < 2)
    return n;
  int left = fib(n - 1);
  int right = fib(n - 2);
  return left + right;
}
int main(int argc, char **argv) {
  struct point second = { 3, 4.5, 0 };
  struct point first = { argc, 2.5, &second };
  printf("%d %g\\n", fib(4), first.x * first.next->y);
  return 0;
}
`;

const greet = `function greet(name: string, count: i32): string {
  let text = "";
  for (let index = 0; index < count; index++) {
    text += "hello " + name;
  }
  return text;
}
console.log(greet("moon", 3));
`;

let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  work.write("sums.c", sums);
  work.write("greet.as.ts", greet);
});
afterAll(() => {
  work.remove();
});

const options = { timeout: 60_000 };
const pastMain = "set backtrace past-main on";

describe.skipIf(missingForProcess !== "")(`source lines of a process${missingForProcess}`, () => {
  it("of C are where gdb stops, and in its backtrace", options, async () => {
    await buildForDebugger(work, "sums.c", "linux", "sums");
    const said = debug(work, "sums", [pastMain, "tbreak sums.c:6", "run", "next", "bt"]);
    expect(said).toMatch(/^8\s+int left = fib\(n - 1\);$/m);
    expect(said).toMatch(/^#0 +fib \(.*\) at (.*\/)?sums\.c:8$/m);
    expect(said).toMatch(/^#1 .* in main \(.*\) at (.*\/)?sums\.c:15$/m);
    expect(said).toMatch(/^#\d .*\/boot \(.*\) at src\/kernel\/boot\/boot\.as\.ts:\d+$/m);
  });

  it.each([
    ["", []],
    [", compiled quickly", ["--fast"]],
  ])(
    "of C come with parameters, variables and what pointers lead to%s",
    options,
    async (_, words) => {
      await buildForDebugger(work, "sums.c", "linux", "sums", words);
      const said = debug(work, "sums", [
        ...["break sums.c:6 if n == 2", "run", "print n", "print depth", "up", "print n", "finish"],
        ...["frame function main", "info locals", "print *first.next", "print &second"],
        ...["print first.next->y", "print argc"],
      ]);
      expect(said).toMatch(/^\$1 = 2\n\$2 = 3\n#1 .*\n8\s.*\n\$3 = 3$/m);
      expect(said).toMatch(/^Value returned is \$4 = 2$/m);
      expect(said).toMatch(/^second = \{x = 3, y = 4.5, next = 0x0\}$/m);
      expect(said).toMatch(/^first = \{x = 1, y = 2.5, next = 0x\w+\}$/m);
      expect(said).toMatch(/^\$5 = \{x = 3, y = 4.5, next = 0x0\}$/m);
      expect(said).toMatch(/^\$6 = \(struct point \*\) 0x10000\w+\n\$7 = 4.5\n\$8 = 1$/m);
    },
  );

  it("of AssemblyScript are where gdb stops, and in its backtrace", options, async () => {
    await buildForDebugger(work, "greet.as.ts", "linux", "greet");
    const said = debug(work, "greet", [pastMain, "break greet.as.ts:4", "run", "bt"]);
    expect(said).toMatch(/^4\s+text \+= "hello " \+ name;$/m);
    expect(said).toMatch(/^#0 .*greet \(.*\) at .*\/greet\.as\.ts:4$/m);
    expect(said).toMatch(/^#\d .*\/boot \(.*\) at src\/kernel\/boot\/boot\.as\.ts:\d+$/m);
  });
});

describe.skipIf(missingForMachine !== "")(`source lines of a machine${missingForMachine}`, () => {
  it("of C are where gdb stops, and in its backtrace", options, async () => {
    await buildForDebugger(work, "sums.c", "pc", "sums.elf");
    const commands = [pastMain, "break sums.c:7", "continue", "bt", "print n", "kill"];
    const said = debug(work, "sums.elf", [attachToMachine("sums.elf"), ...commands]);
    expect(said).toMatch(/^7\s+return n;$/m);
    expect(said).toMatch(/^#3 .*fib \(n=4\) at (.*\/)?sums\.c:8\n#4 .*main .*sums\.c:15$/m);
    expect(said).toMatch(/^\$1 = 1$/m);
  });
});
