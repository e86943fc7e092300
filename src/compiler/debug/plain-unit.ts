/** A unit for code of which nothing but lines and names are known. */
import { Attribute, Form, Tag } from "./dwarf.table.ts";
import type { OutputAttribute, OutputEntry } from "./entry-writer.ts";
import type { LineSection } from "./line-section.ts";
import type { LineTable } from "./line-table.ts";
import type { RangeSection } from "./list-sections.ts";
import type { PlacedFunction } from "./placed-functions.ts";

/** C's, in which gdb takes expressions: DWARF has no number for AssemblyScript (DWARF 5, 7.12). */
const language = 0x1d;

/** A compile unit with an entry for each function. */
export function plainUnit(
  name: string,
  functions: readonly PlacedFunction[],
  lines: LineTable,
  to: { readonly lines: LineSection; readonly ranges: RangeSection },
): OutputEntry {
  const ranges = functions
    .map(({ address, chunk }) => ({ start: address, end: address + chunk.size }))
    .sort((one, other) => one.start - other.start);
  return {
    tag: Tag.compileUnit,
    attributes: [
      text(Attribute.name, name),
      { name: Attribute.language, form: Form.unsigned, value: language },
      { name: Attribute.lowAddress, form: Form.address, value: 0 },
      { name: Attribute.ranges, form: Form.sectionOffset, value: to.ranges.add(ranges) },
      {
        name: Attribute.statements,
        form: Form.sectionOffset,
        value: to.lines.add(functions, lines),
      },
    ],
    children: functions.map((fn) => ({
      tag: Tag.subprogram,
      attributes: functionAttributes(fn, lines),
      children: [],
    })),
  };
}

function functionAttributes(fn: PlacedFunction, lines: LineTable): OutputAttribute[] {
  const { address, chunk } = fn;
  const place = lines.firstOf(fn);
  return [
    text(Attribute.name, chunk.displayName ?? `func[${fn.index}]`),
    { name: Attribute.lowAddress, form: Form.address, value: address },
    { name: Attribute.highAddress, form: Form.address, value: address + chunk.size },
    { name: Attribute.external, form: Form.flagPresent, value: 1 },
    ...(place === undefined
      ? []
      : [
          { name: Attribute.declaredFile, form: Form.unsigned, value: place.file },
          { name: Attribute.declaredLine, form: Form.unsigned, value: place.line },
        ]),
  ];
}

function text(name: number, value: string): OutputAttribute {
  return { name, form: Form.stringOffset, value };
}
