/** Tables as people of container engines know them: a line of titles, columns side by side. */

const gap = "   ";
const cut = "…";

/** Rows below titles; no line is wider than `widthColumns`, at the cost of the widest column. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  widthColumns = Number.POSITIVE_INFINITY,
): string {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const excess =
    widths.reduce((sum, width) => sum + width + gap.length, -gap.length) - widthColumns;
  if (excess > 0) narrowWidest(widths, titles, excess);
  return lines.map((line) => `${formatLine(line, widths)}\n`).join("");
}

/** No column becomes narrower than its title. */
function narrowWidest(widths: number[], titles: readonly string[], excess: number): void {
  const widest = widths.indexOf(Math.max(...widths));
  widths[widest] = Math.max(titles[widest]?.length ?? 1, (widths[widest] ?? 0) - excess);
}

function formatLine(line: readonly string[], widths: readonly number[]): string {
  const cells = widths.map((width, column) => {
    const text = line[column] ?? "";
    return (text.length > width ? text.slice(0, width - 1) + cut : text).padEnd(width);
  });
  return cells.join(gap).trimEnd();
}

/** Bytes as people read them: `812B`, `16.1kB`, `2.24MB`. */
export function formatSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))}${units[power] ?? ""}`;
}

/** Units of time and their lengths in seconds. */
const timeUnits = Object.entries({
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_629_800,
});

/** How long ago a time was: `2 minutes ago`. */
export function formatAge(time: string | number, nowMs: number): string {
  const ageSeconds = (nowMs - new Date(time).getTime()) / 1000;
  if (Number.isNaN(ageSeconds)) return "unknown";
  const [unit, length] = timeUnits.findLast(([, one]) => ageSeconds >= one) ?? ["second", 1];
  const count = Math.floor(Math.max(ageSeconds, 0) / length);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
