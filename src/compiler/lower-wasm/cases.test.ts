import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import type { SsaFunction } from "../ssa/function.ts";
import { runPipeline } from "../ssa/pipeline.ts";
import { print } from "../ssa/print.ts";
import { DifferentialRun, randomCalls } from "./differential.fixture.ts";
import { InterpretedProgram } from "./interpreted-program.fixture.ts";

const folder = new URL("cases/", import.meta.url);
const cases = readdirSync(folder)
  .filter((file) => file.endsWith(".wat"))
  .map((file) => file.replace(".wat", ""));
const { Features } = binaryen;
const features =
  Features.MutableGlobals |
  Features.SignExt |
  Features.NontrappingFPToInt |
  Features.BulkMemory |
  Features.ReferenceTypes |
  Features.Multivalue |
  Features.TailCall |
  Features.Atomics |
  Features.ExceptionHandling;
const imports = { globals: { "config.platform": 1n } };

function read(name: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(readFileSync(new URL(`${name}.wat`, folder), "utf8"));
  module.setFeatures(features);
  return new Uint8Array(module.emitBinary());
}

function optimise(fn: SsaFunction): void {
  runPipeline(fn, { isVerifying: true });
}

/** The text of all functions, as lowered and behind the passes. */
function ssaText(name: string): string {
  const sections = [["lowered", () => {}] as const, ["optimised", optimise] as const].map(
    ([title, pass]) => {
      const program = new InterpretedProgram(read(name), imports, pass);
      const functions = program.module.functions.flatMap(({ body }, index) =>
        body === undefined ? [] : [print(program.function(index), (id) => program.symbolName(id))],
      );
      return `;; ${title}\n${functions.join("\n")}`;
    },
  );
  return sections.join("\n");
}

describe.each(cases)("case %s", (name) => {
  it.each([1, 2, 3])("does in the interpreter what it does in V8 (seed %i)", (seed) => {
    for (const pass of [undefined, optimise]) {
      const run = new DifferentialRun(read(name), pass, imports);
      const calls = randomCalls(run.program.module, seed, 25);
      expect(run.compare(calls).isCutShort).toBe(false);
    }
  });

  it("checks every access of memory where it is asked to", () => {
    for (const pass of [undefined, optimise]) {
      const run = new DifferentialRun(read(name), pass, { ...imports, checksMemory: true });
      const calls = randomCalls(run.program.module, 4, 25);
      expect(run.compare(calls).isCutShort).toBe(false);
    }
  });

  it("has the SSA form on record (npm run bless renews it)", () => {
    const file = new URL(`${name}.golden`, folder);
    const text = ssaText(name);
    if (process.env["TSUKI_BLESS"] === "1") writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });
});
