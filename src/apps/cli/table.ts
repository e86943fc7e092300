/** Tables as people of container engines know them: a line of titles, columns side by side. */

const gap = "   ";
const cut = "…";
const leastColumns = 3;

/** Rows below titles, in at most `widthColumns` as long as each column has 3: the widest give way. */
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
  for (let left = excess; left > 0; left--) narrowWidest(widths);
  return lines.map((line) => `${formatLine(line, widths)}\n`).join("");
}

/** By one character; what is left of a column can still be told from others. */
function narrowWidest(widths: number[]): void {
  const widest = Math.max(...widths);
  if (widest > leastColumns) widths[widths.lastIndexOf(widest)] = widest - 1;
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
