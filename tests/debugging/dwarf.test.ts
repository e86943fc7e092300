import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { DwarfSections } from "../../src/compiler/debug/dwarf-sections.ts";
import { ProgramUnits } from "../../src/compiler/debug/module-units.ts";
import { type PlacedFunction, PlacedFunctions } from "../../src/compiler/debug/placed-functions.ts";
import { type Entry, readUnits } from "../../src/compiler/debug/read-entries.ts";
import { compileText } from "../../src/compiler/driver/compile-text.fixture.ts";
import { decode } from "../../src/compiler/wasm/decode.ts";
import type { Module } from "../../src/compiler/wasm/module.ts";
import { runClang } from "../../src/toolchains/c/clang.ts";

const program = `struct pair { int first; struct pair *next; };
static int total;
static inline int twice(int value) { return 2 * value; }
int sum(struct pair *list) {
  int all = 0;
  for (; list; list = list->next) { int each = twice(list->first); all += each; }
  total += all;
  return all;
}
`;

/** A module with debug information of a version, as clang writes it at a level of optimisation. */
async function compile(version: number, level: string): Promise<Module> {
  const { output, messages } = await runClang(
    import.meta.resolve("@yowasp/clang"),
    "clang",
    [
      ...["--target=wasm32-wasip1", level, `-gdwarf-${version}`, "-nostdlib", "-Wl,--no-entry"],
      ...["-Wl,--export=sum", "sum.c"],
    ],
    { "sum.c": new TextEncoder().encode(program) },
    "sum.wasm",
  );
  if (output === undefined) throw new Error(messages);
  return decode(Uint8Array.from(output));
}

/** All of a module's functions, as if their code were anywhere. */
function placedAnywhere(module: Module): PlacedFunctions {
  const [chunk] = compileText('(module (func (export "f")))', true).functions;
  if (chunk === undefined) throw new Error("no code");
  return new PlacedFunctions(
    module.functions.flatMap(({ body }, index): PlacedFunction[] => {
      if (body === undefined) return [];
      const origins = Int32Array.of(0, 0, 1, body.start, 2, (body.start + body.end) >> 1);
      return [{ index, body, address: 4096 * index, chunk: { ...chunk, origins, size: 4 } }];
    }),
  );
}

function transcribe(module: Module): { problem: string | undefined; info: number } {
  const units = new ProgramUnits();
  const context = { memoryBase: 2n ** 36n, globalAddress: () => 16 };
  const functions = placedAnywhere(module);
  const problem = units.add({ name: "app", module, sourceMap: undefined, functions, context });
  return { problem, info: units.finish().get(".debug_info")?.length ?? 0 };
}

/** The names of entries with what each owns. */
function outline({ attributes, children }: Entry): unknown {
  const name = attributes.get(3);
  return [name?.kind === "text" ? name.value : "", children.map(outline)];
}

const versions: readonly (readonly [number, string])[] = [
  [4, "-O0"],
  [5, "-O0"],
  [4, "-O2"],
  [5, "-O2"],
];
const modules = new Map<string, Module>();
beforeAll(async () => {
  for (const [version, level] of versions) {
    modules.set(`${version} ${level}`, await compile(version, level));
  }
}, 60_000);

function moduleOf(version: number, level: string): Module {
  const module = modules.get(`${version} ${level}`);
  if (module === undefined) throw new Error("not compiled");
  return module;
}

describe("DWARF as clang writes it", () => {
  it.each(["-O0", "-O2"])("says the same in versions 4 and 5 (%s)", (level) => {
    const [four, five] = [4, 5].map((version) =>
      readUnits(new DwarfSections(moduleOf(version, level))).map(({ root }) => outline(root)),
    );
    expect(JSON.stringify(four)).toContain('"sum.c"');
    expect(JSON.stringify(four)).toContain('"list"');
    expect(five).toEqual(four);
  });

  it.each(versions)("is transcribed (version %i, %s)", (version, level) => {
    const { problem, info } = transcribe(moduleOf(version, level));
    expect(problem).toBeUndefined();
    expect(info).toBeGreaterThan(200);
  });

  it.each(versions)("is left out if it is malformed (version %i, %s)", (version, level) => {
    const module = moduleOf(version, level);
    const ranges = [...module.customSections].filter(([name]) => name.startsWith(".debug"));
    const places = ranges.flatMap(([, { start, end }]) =>
      Array.from({ length: end - start }, (_, index) => start + index),
    );
    const change = fc.tuple(fc.constantFrom(...places), fc.nat({ max: 255 }));
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Uint8Array.from(module.bytes);
        for (const [at, value] of changes) bytes[at] = value;
        if (transcribe({ ...module, bytes }).problem !== undefined) refused++;
      }),
      { numRuns: 250 },
    );
    expect(refused).toBeGreaterThan(10);
  });
});
