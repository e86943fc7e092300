/** The elements of a long array in columns. */
import type { Inspection } from "./inspection.ts";

const separatorLength = 2; // ", "
const mostColumns = 15;
const widest = 6; // an average above this stays a line for each
const squareness = 2.5; // characters are about that much higher than wide

/** Rows of elements instead of elements, where several fit beside one another. */
export function groupElements(entries: string[], inspection: Inspection): string[] {
  const hasMore =
    (entries.at(-1) ?? "").startsWith("... ") && entries.length > inspection.maxArrayLength;
  const elements = hasMore ? entries.slice(0, -1) : entries;
  const lengths = elements.map((entry) => entry.length + separatorLength);
  const longest = Math.max(...lengths);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const width = longest;
  const fits = width * 3 + inspection.indentation < inspection.breakLength;
  if (!fits || !(total / width > 5 || longest <= widest + separatorLength)) return entries;
  const spread = Math.sqrt(width - total / entries.length);
  const typical = Math.max(width - 3 - spread, 1);
  const columns = Math.min(
    Math.round(Math.sqrt(squareness * typical * elements.length) / typical),
    Math.floor((inspection.breakLength - inspection.indentation) / width),
    inspection.compact * 4,
    mostColumns,
  );
  if (columns <= 1) return entries;
  const rows = toRows(elements, lengths, columns);
  return hasMore ? [...rows, entries.at(-1) ?? ""] : rows;
}

/** Numbers stand to the right of their columns, everything else to the left. */
function toRows(
  elements: readonly string[],
  lengths: readonly number[],
  columns: number,
): string[] {
  const isNumeric = elements.every((element) => /^-?[\d.e+-]+n?$/.test(element));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lengths.filter((__, index) => index % columns === column)),
  );
  const rows: string[] = [];
  for (let start = 0; start < elements.length; start += columns) {
    const row = elements.slice(start, start + columns).map((element, column, all) => {
      const width = widths[column] ?? 0;
      const isLast = column === all.length - 1;
      if (isNumeric)
        return isLast ? element.padStart(width - separatorLength) : `${element}, `.padStart(width);
      return isLast ? element : `${element}, `.padEnd(width);
    });
    rows.push(row.join(""));
  }
  return rows;
}
