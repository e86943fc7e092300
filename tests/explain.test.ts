/** `tsuki explain`, as a user calls it. */
import binaryen from "binaryen";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Workplace } from "./command-line.fixture.ts";

/** A loop with an address that is the same in each round, and a call to what nobody provides. */
const example = `(module
  (import "elsewhere" "tell" (func $tell (param i32)))
  (memory (export "memory") 1)
  (func $sum (export "total") (param $count i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.mul (local.get $count) (i32.const 8))))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (call $tell (local.get $sum))
    (i32.load offset=4 (i32.shl (local.get $sum) (i32.const 0))))
  (func $summit (drop (call $sum (i32.const 3)))))`;

let place: Workplace;
beforeEach(() => {
  const module = binaryen.parseText(example);
  binaryen.setDebugInfo(true);
  place = new Workplace();
  place.write("example.wasm", module.emitBinary());
});
afterEach(() => place.remove());

/** The column of WebAssembly, without offsets, and the lines of source between. */
function wasmColumn(output: string): string[] {
  const [, ...lines] = output.slice(output.indexOf("\nWebAssembly ")).trimEnd().split("\n");
  const width = lines[0]?.indexOf("SSA in the end") ?? 0;
  return lines.slice(1).flatMap((line) => {
    if (/^\S+:\d+ {2}/.test(line)) return [line];
    const text = line.slice(0, width).trimEnd();
    return text === "" ? [] : [text.replace(/^[\da-f]{4,}/, "")];
  });
}

const weighing = `__attribute__((noinline)) int weigh(const int *values, int count) {
  int sum = 1;
  sum += values[count] * count;
  return sum;
}

int main(int count, char **words) {
  int values[] = {10, 25, count};
  return weigh(values, count);
}
`;

const squares = `@inline function square(side: f64): f64 {
  return side * side;
}

export function area(side: f64): f64 {
  const doubled = side + side;
  return square(doubled);
}
console.log(area(process.argv.length).toString());
`;

describe("explain", () => {
  test("shows what becomes of a function, and what comes from what", async () => {
    const { errors, output, status } = await place.tsuki(["explain", "example.wasm", "-f", "sum"]);
    expect([status, errors]).toEqual([0, ""]);
    expect(output).toMatch(
      /^sum \(param i32\) \(result i32\)\nFunction 1: \d+ bytes of WebAssembly,/,
    );
    expect(output).toContain(
      '\nSSA as lowered\nfunction "sum"(i32) -> (i32) {\nblock0(v0: i32):\n',
    );
    const [, abreast = ""] = output.split(/^(?=WebAssembly +SSA in the end +machine code$)/m);
    expect(abreast).toMatch(
      /^[\da-f]{4} {2}i32\.load offset=4 +v\d+ = i32 load\S+ v\d+ \+ 4 +\d+ {2}mov e\w+,dword \[r15\+r\w+\+4\]$/m,
    );
    expect(abreast).toMatch(/^[\da-f]{4} {4}local\.get \$sum$/m);
    expect(abreast).toMatch(/ call import\.elsewhere\.tell$/m);
  });

  test("shows lines of C between what they have become", { timeout: 60_000 }, async () => {
    place.write("weigh.c", new TextEncoder().encode(weighing));
    const { errors, output } = await place.tsuki(["explain", "weigh.c", "-f", "weigh"]);
    expect(errors).toBe("");
    expect(wasmColumn(output)).toMatchInlineSnapshot(`
      [
        "weigh.c:1  __attribute__((noinline)) int weigh(const int *values, int count) {",
        "  local.get 0",
        "  local.get 1",
        "  i32.const 2",
        "weigh.c:3  sum += values[count] * count;",
        "  i32.shl",
        "  i32.add",
        "  i32.load",
        "  local.get 1",
        "  i32.mul",
        "  i32.const 1",
        "  i32.add",
        "weigh.c:4  return sum;",
        "  end",
      ]
    `);
  });

  test("shows lines of AssemblyScript, inlined ones, too", { timeout: 60_000 }, async () => {
    place.write("area.as.ts", new TextEncoder().encode(squares));
    const { errors, output } = await place.tsuki(["explain", "area.as.ts", "-f", "area"]);
    expect(errors).toBe("");
    expect(wasmColumn(output)).toMatchInlineSnapshot(`
      [
        "area.as.ts:6  const doubled = side + side;",
        "  local.get 0",
        "  local.get 0",
        "  f64.add",
        "area.as.ts:2  return side * side;",
        "  local.tee 0",
        "  local.get 0",
        "  f64.mul",
        "  end",
      ]
    `);
  });

  test("names the functions that are called as the module does", async () => {
    const { output } = await place.tsuki(["explain", "example.wasm", "-f", "summit"]);
    expect(output).toMatch(/ = i32 call @app\.sum\(v\d+\)$/m);
    expect(output).toMatch(/ call app\.sum$/m);
  });

  test("shows the passes that it is asked for, changed or not", async () => {
    const words = ["explain", "example.wasm", "-f", "1", "--pass", "dead-code"];
    const { output } = await place.tsuki(words);
    expect(output.match(/^SSA .*$/gm)).toEqual(["SSA behind dead-code"]);
  });

  test("compiles as a build with the same options would", async () => {
    const words = ["explain", "example.wasm", "-f", "sum"];
    const usual = await place.tsuki(words);
    const checked = await place.tsuki([...words, "--memory-checks"]);
    expect(usual.output).not.toContain("memoryOutOfBounds");
    expect(checked.output).toContain("trapIf.memoryOutOfBounds");
    const unknown = await place.tsuki([...words, "--cpu", "v5"]);
    expect(unknown.errors).toMatch(/^tsuki: no processor level named v5; there are v2, v3, v4 /);
  });

  test("shows code that was written in one pass beside WebAssembly", async () => {
    const words = ["explain", "example.wasm", "-f", "sum", "--fast"];
    const { output, status } = await place.tsuki(words);
    expect(status).toBe(0);
    expect(output).toContain("\nCompiled in one pass (--fast): there is no SSA form of it.\n");
    expect(output).toMatch(/^WebAssembly +machine code$/m);
    expect(output).toMatch(
      /^[\da-f]{4} {2}i32\.load offset=4 +\d+ {2}mov e\w+,dword \[r15\+r\w+\+4\]$/m,
    );
    const { errors } = await place.tsuki([...words, "--pass", "simplify"]);
    expect(errors).toMatch(/^tsuki: --fast compiles this in one pass, without SSA: omit --pass/);
  });

  test("prints JSON", async () => {
    const words = ["explain", "example.wasm", "-f", "total", "--json"];
    const report: unknown = JSON.parse((await place.tsuki(words)).output);
    expect(report).toMatchObject({ index: 1, name: "sum", type: "(param i32) (result i32)" });
  });

  test("lists functions, the largest first", async () => {
    const { output } = await place.tsuki(["explain", "example.wasm", "--list"]);
    expect(output).toMatch(/^ +bytes +index +function\n +\d+ +1 +sum .*\n +\d+ +2 +summit\n$/);
  });

  test("says in one line what it cannot explain", async () => {
    const cases = [
      [["-f", "sun"], 1, /no function sun; near it is sum \(--list shows all\)/],
      [["-f", "tell"], 1, /^tsuki: the function tell is imported and has no code/],
      [
        ["-f", "sum", "--pass", "polish"],
        2,
        /there is no pass polish; there are lowered, inlining, simplify/,
      ],
      [[], 2, /say which function with --function, or --list them/],
    ] as const;
    for (const [words, status, message] of cases) {
      const ending = await place.tsuki(["explain", "example.wasm", ...words]);
      expect(ending.errors).toMatch(message);
      expect(ending.errors.trim().split("\n")).toHaveLength(1);
      expect(ending.status).toBe(status);
    }
  });
});
