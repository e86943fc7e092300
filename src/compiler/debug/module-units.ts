import { ReadError } from "../bytes/read-error.ts";
import type { Module } from "../wasm/module.ts";
import { Attribute } from "./dwarf.table.ts";
import { DwarfError } from "./dwarf-error.ts";
import { DwarfSections } from "./dwarf-sections.ts";
import { type EntrySections, type OutputEntry, writeEntries } from "./entry-writer.ts";
import type { ExpressionContext } from "./expressions.ts";
import { LineSection } from "./line-section.ts";
import type { LineTable } from "./line-table.ts";
import { LocationSection, RangeSection } from "./list-sections.ts";
import type { PlacedFunctions } from "./placed-functions.ts";
import { plainUnit } from "./plain-unit.ts";
import { type CompileUnit, readUnits } from "./read-entries.ts";
import { readLines } from "./read-lines.ts";
import { readSourceMap } from "./source-map.ts";
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

/** What a module tells of its source, read. */
type SourceInfo =
  | { readonly kind: "dwarf"; readonly sections: DwarfSections; readonly units: readonly Unit[] }
  | { readonly kind: "sourceMap"; readonly lines: LineTable };

interface Unit {
  readonly unit: CompileUnit;
  readonly lines: LineTable | undefined;
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
      const info = readInfo(debugged);
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

function readInfo({ module, sourceMap }: DebuggedModule): SourceInfo | undefined {
  const sections = new DwarfSections(module);
  if (sections.isPresent) {
    const units = readUnits(sections).map((unit) => ({ unit, lines: linesOf(sections, unit) }));
    return { kind: "dwarf", sections, units };
  }
  if (sourceMap === undefined) return undefined;
  const starts = module.functions.flatMap(({ body }) => (body === undefined ? [] : [body.start]));
  return { kind: "sourceMap", lines: readSourceMap(sourceMap, starts) };
}

function linesOf(sections: DwarfSections, { root }: CompileUnit): LineTable | undefined {
  const offset = root.attributes.get(Attribute.statements);
  if (offset?.kind !== "sectionOffset") return undefined;
  const folder = root.attributes.get(Attribute.compilationFolder);
  return readLines(sections, offset.value, folder?.kind === "text" ? folder.value : "");
}
