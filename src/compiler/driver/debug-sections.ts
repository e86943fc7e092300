/** What debuggers read of a program: DWARF made from what its modules tell of their source. */
import { appBase, sourceMapSection } from "../../contracts/machine-interface.ts";
import { frameSection } from "../debug/frame-section.ts";
import { ProgramUnits } from "../debug/module-units.ts";
import { type PlacedFunction, PlacedFunctions } from "../debug/placed-functions.ts";
import { wellKnownSymbols } from "../object/symbols.ts";
import type { Module } from "../wasm/module.ts";
import type { CompiledProgram } from "./compile.ts";
import type { LinkedProgram } from "./link.ts";
import { symbolNames, type Unit } from "./unit.ts";

/** A section of an object file by its name. */
export interface DebugSection {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What debug information is made from besides the program. */
export interface DebugRequest {
  /** The kernel's source map (ECMA-426), if it is there. */
  readonly kernelSourceMap?: Uint8Array;
  /** Told in one line if a module's own debug information is malformed and left out. */
  readonly onWarning?: (line: string) => void;
}

/** The sections for a program that was compiled with debug information. */
export function debugSections(
  program: CompiledProgram,
  linked: LinkedProgram,
  { kernelSourceMap, onWarning = () => {} }: DebugRequest,
): DebugSection[] {
  const units = new ProgramUnits();
  const { app, kernel } = program;
  for (const { unit, sourceMap } of [
    { unit: app, sourceMap: sourceMapOf(app.module) },
    { unit: kernel, sourceMap: kernelSourceMap },
  ]) {
    const problem = units.add({
      name: unit.name,
      module: unit.module,
      sourceMap,
      functions: placedFunctions(unit, program, linked),
      context: {
        memoryBase: BigInt(linked.findAddress(wellKnownSymbols.appBase) ?? appBase),
        globalAddress: (index) => linked.findAddress(symbolNames.global(unit, index)),
      },
    });
    if (problem !== undefined) {
      onWarning(`the ${unit.name}'s debug information is malformed and left out: ${problem}`);
    }
  }
  const frames = { name: ".debug_frame", bytes: frameSection(linked.functions) };
  return [frames, ...Array.from(units.finish(), ([name, bytes]) => ({ name, bytes }))];
}

/** The source map that a toolchain has put into a module. */
export function sourceMapOf(module: Module): Uint8Array | undefined {
  const range = module.customSections.get(sourceMapSection);
  return range === undefined ? undefined : module.bytes.subarray(range.start, range.end);
}

/** The unit's functions among those of the program. */
function placedFunctions(
  unit: Unit,
  { symbols }: CompiledProgram,
  { functions }: LinkedProgram,
): PlacedFunctions {
  const indices = new Map<string, number>();
  unit.module.functions.forEach((_, index) => {
    indices.set(symbolNames.function(unit, index), index);
  });
  // Functions that came out equal are one with several names.
  for (const { index, kind, name } of unit.name === "kernel" ? unit.module.exports : []) {
    if (kind === "function") indices.set(`${unit.name}.${name}`, index);
  }
  return new PlacedFunctions(
    functions.flatMap(({ chunk, address }): PlacedFunction[] => {
      const index = indices.get(symbols.nameOf(chunk.symbol));
      const body = index === undefined ? undefined : unit.module.functions[index]?.body;
      return index === undefined || body === undefined ? [] : [{ index, chunk, address, body }];
    }),
  );
}
