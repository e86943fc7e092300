import { ReadError } from "../bytes/read-error.ts";
import type { Module } from "../wasm/module.ts";
import { DwarfError } from "./dwarf-error.ts";
import { type EntrySections, type OutputEntry, writeEntries } from "./entry-writer.ts";
import type { ExpressionContext } from "./expressions.ts";
import { LineSection } from "./line-section.ts";
import { LocationSection, RangeSection } from "./list-sections.ts";
import type { PlacedFunctions } from "./placed-functions.ts";
import { plainUnit } from "./plain-unit.ts";
import { readSourceInfo, type SourceInfo } from "./source-info.ts";
import { finishReferences, type Transcription, transcribeUnit } from "./transcribe-unit.ts";

/** A module of a program, and its functions that the program has. */
export interface DebuggedModule {
  readonly name: string;
  readonly module: Module;
  /** Its source map, if it has one. */
  readonly sourceMap: Uint8Array | undefined;
  readonly functions: PlacedFunctions;
  readonly context: ExpressionContext;
}

/** Sections of DWARF for a program, as they grow by the units of its modules. */
export class ProgramUnits {
  private readonly lines = new LineSection();
  private readonly ranges = new RangeSection();
  private readonly locations = new LocationSection();
  private readonly units: OutputEntry[] = [];

  /** Adds what a module tells of its source; returns what is wrong with that, if anything is. */
  add(debugged: DebuggedModule): string | undefined {
    try {
      const info = readSourceInfo(debugged.module, debugged.sourceMap);
      if (info !== undefined) this.addInfo(debugged, info);
      return undefined;
    } catch (error) {
      if (error instanceof DwarfError || error instanceof ReadError) return error.message;
      throw error;
    }
  }

  /** All sections by their names. */
  finish(): ReadonlyMap<string, Uint8Array> {
    const { info, abbreviations, texts }: EntrySections = writeEntries(this.units);
    return new Map([
      [".debug_info", info],
      [".debug_abbrev", abbreviations],
      [".debug_str", texts],
      [".debug_line", this.lines.finish()],
      [".debug_ranges", this.ranges.finish()],
      [".debug_loc", this.locations.finish()],
    ]);
  }

  private addInfo(debugged: DebuggedModule, info: SourceInfo): void {
    const { context, functions, name } = debugged;
    const { lines, locations, ranges } = this;
    if (info.kind === "sourceMap") {
      this.units.push(plainUnit(name, functions.all, info.lines, { lines, ranges }));
      return;
    }
    const known = new Map<number, OutputEntry>();
    const transcription: Transcription = {
      ...{ sections: info.sections, functions, context },
      ...{ lines, ranges, locations, known },
    };
    const units = info.units.map((each) => transcribeUnit(each.unit, each.lines, transcription));
    finishReferences(units, known);
    this.units.push(...units);
  }
}
