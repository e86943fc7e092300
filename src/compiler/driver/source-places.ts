import { ReadError } from "../bytes/read-error.ts";
import { DwarfError } from "../debug/dwarf-error.ts";
import type { LineTable } from "../debug/line-table.ts";
import { readSourceInfo } from "../debug/source-info.ts";
import type { Module } from "../wasm/module.ts";
import { sourceMapOf } from "./debug-sections.ts";

/** A line of a source file. */
export interface SourcePlace {
  /** The path that the module tells. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
}

/** Which lines of the source a module's instructions come from, as far as it tells. */
export class SourcePlaces {
  private readonly tables: readonly LineTable[];

  /** What is malformed tells nothing. */
  constructor(module: Module) {
    this.tables = tablesOf(module);
  }

  /** The line of the instruction at an offset in the module's bytes. */
  find(offset: number): SourcePlace | undefined {
    for (const table of this.tables) {
      const found = table.find(offset);
      const file = table.files[found?.file ?? 0];
      if (found !== undefined && file !== undefined) return { file, line: found.line };
    }
    return undefined;
  }
}

function tablesOf(module: Module): readonly LineTable[] {
  try {
    const info = readSourceInfo(module, sourceMapOf(module));
    if (info === undefined) return [];
    if (info.kind === "sourceMap") return [info.lines];
    return info.units.flatMap(({ lines }) => lines ?? []);
  } catch (error) {
    if (error instanceof DwarfError || error instanceof ReadError) return [];
    throw error;
  }
}
