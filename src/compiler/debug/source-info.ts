import type { Module } from "../wasm/module.ts";
import { Attribute } from "./dwarf.table.ts";
import { DwarfSections } from "./dwarf-sections.ts";
import type { LineTable } from "./line-table.ts";
import { type CompileUnit, readUnits } from "./read-entries.ts";
import { readLines } from "./read-lines.ts";
import { readSourceMap } from "./source-map.ts";

/** What a module tells of its source, read. */
export type SourceInfo =
  | {
      readonly kind: "dwarf";
      readonly sections: DwarfSections;
      readonly units: readonly SourceUnit[];
    }
  | { readonly kind: "sourceMap"; readonly lines: LineTable };

/** A compile unit, and its lines if it has some. */
export interface SourceUnit {
  readonly unit: CompileUnit;
  readonly lines: LineTable | undefined;
}

/**
 * Reads what a module tells of its source, by DWARF or else by a source map; undefined for nothing.
 * Throws a `DwarfError` or `ReadError` for what is malformed.
 */
export function readSourceInfo(
  module: Module,
  sourceMap: Uint8Array | undefined,
): SourceInfo | undefined {
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
