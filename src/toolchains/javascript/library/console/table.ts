/** Console, 1.1.7: tables. */
import { inspect } from "./inspect.ts";

const indexHeading = "(index)";
const valuesHeading = "Values";

/** Rows of an object or a list as a table; undefined for what has no rows. */
export function formatTable(data: unknown, wanted?: readonly string[]): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const rows = rowsOf(data);
  const columns = new Set<string>(wanted ?? []);
  let hasValues = false;
  for (const [, value] of rows) {
    if (typeof value !== "object" || value === null) hasValues = true;
    else if (wanted === undefined) for (const key of Object.keys(value)) columns.add(key);
  }
  const firstHeading =
    data instanceof Map || data instanceof Set ? "(iteration index)" : indexHeading;
  const headings = [firstHeading, ...columns, ...(hasValues ? [valuesHeading] : [])];
  const cells = rows.map(([index, value]) => [
    index,
    ...Array.from(columns, (column) => cell(value, column)),
    ...(hasValues ? [typeof value === "object" && value !== null ? "" : show(value)] : []),
  ]);
  return draw(headings, cells);
}

function rowsOf(data: object): [string, unknown][] {
  if (data instanceof Set) return [...data].map((value, index) => [String(index), value]);
  if (data instanceof Map) {
    return [...data].map((entry: [unknown, unknown], index) => {
      const [Key, Values] = entry;
      return [String(index), { Key, Values }];
    });
  }
  return Object.entries(data);
}

function cell(value: unknown, column: string): string {
  const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, column);
  return isThere ? show(Reflect.get(value, column)) : "";
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY });
}

function draw(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map(
    (heading, column) =>
      Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)) + 2,
  );
  const bars = widths.map((width) => "─".repeat(width));
  const line = (cells: readonly string[]): string =>
    `│${cells.map((text, column) => centered(text, widths[column] ?? 0)).join("│")}│`;
  return [
    `┌${bars.join("┬")}┐`,
    line(headings),
    `├${bars.join("┼")}┤`,
    ...rows.map(line),
    `└${bars.join("┴")}┘`,
  ].join("\n");
}

/** Node centers cells, with the odd space behind. */
function centered(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return text.padStart(left + text.length).padEnd(width);
}
