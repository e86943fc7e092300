/** Findings as a table for people, at most 100 columns wide. */
import { type AreaName, areaNames, type Finding, formatValue, verdictOf } from "./finding.ts";

const columnLimit = 100;
const titles: Readonly<Record<AreaName, string>> = {
  process: "process: an image run directly",
  qemu: "qemu: an image booted by the lean microvm",
  building: "building: the command line itself",
  code: "code: the fourth round of each program, against V8",
  services: "services: servers as sealed processes, 16 connections",
  instances: "instances: in the background, each with its supervisor",
  network: "network: the kernel's own stack",
  solo5: "solo5: an image under Solo5's own solo5-spt",
};

const verdictTexts = { met: "met", missed: "MISSED", unclear: "unclear" } as const;

/** The lines of the table, one finding each, under the titles of their areas. */
export function tableLines(findings: readonly Finding[]): string[] {
  const rows = findings.map((finding) => ({ area: finding.area, cells: cellsOf(finding) }));
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.map(({ cells }) => (cells[column] ?? "").length)),
  );
  const present = areaNames.filter((area) => rows.some((row) => row.area === area));
  return present.flatMap((area, index) => [
    ...(index === 0 ? [] : [""]),
    titles[area],
    ...rows.filter((row) => row.area === area).flatMap(({ cells }) => rowLines(cells, widths)),
  ]);
}

function cellsOf(finding: Finding): readonly string[] {
  const { value, unit, goal, isGoalLeast } = finding;
  const verdict = verdictOf(finding);
  return [
    finding.measure,
    value === undefined ? "-" : formatValue(value, unit),
    goal === undefined ? "" : `${isGoalLeast === true ? ">=" : "<="} ${formatValue(goal, unit)}`,
    verdict === undefined ? "" : verdictTexts[verdict],
    finding.detail,
  ];
}

/** One line, and a second one for a detail that does not fit. */
function rowLines(cells: readonly string[], widths: readonly number[]): string[] {
  const [measure = "", value = "", goal = "", verdict = "", detail = ""] = cells;
  const [measureWidth = 0, valueWidth = 0, goalWidth = 0, verdictWidth = 0] = widths;
  const front = [
    `  ${measure.padEnd(measureWidth)}`,
    value.padStart(valueWidth),
    goal.padEnd(goalWidth),
    verdict.padEnd(verdictWidth),
  ].join("  ");
  const whole = `${front}  ${detail}`.trimEnd();
  if (whole.length <= columnLimit) return [whole];
  return [front.trimEnd(), ...wrapped(detail, columnLimit - 6).map((text) => `      ${text}`)];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
