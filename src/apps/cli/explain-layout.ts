/** How `tsuki explain` shows a function: SSA stage by stage, then WebAssembly, SSA and code abreast. */
import type { Explanation, SourceLine } from "../../engine/explain.ts";

/** Text in which parts may be coloured. */
export interface Paint {
  heading(text: string): string;
  source(text: string): string;
}

/** Paint for files and pipes. */
export const noPaint: Paint = { heading: (text) => text, source: (text) => text };

/** Paint for terminals. */
export const terminalPaint: Paint = {
  heading: (text) => `\u001b[1m${text}\u001b[22m`,
  source: (text) => `\u001b[36m${text}\u001b[39m`,
};

/** Wider columns would leave no room for the others; longer lines stick out. */
const widestColumn = 44;
const gap = "  ";

/** What to show, and how. */
export interface LayoutOptions {
  /** Which stages of SSA to show. */
  readonly isChosen: (stage: Explanation["stages"][number]) => boolean;
  readonly paint: Paint;
}

/** The whole report on a function. */
export function explanationText(explanation: Explanation, options: LayoutOptions): string {
  const { stages } = explanation;
  const { isChosen, paint } = options;
  const shown = stages.flatMap((stage, position) =>
    isChosen(stage)
      ? [paint.heading(stageTitle(stages, position)), ...stage.lines.map(({ text }) => text), ""]
      : [],
  );
  return [...head(explanation, paint), ...shown, ...abreast(explanation, options), ""].join("\n");
}

function head(explanation: Explanation, paint: Paint): string[] {
  const { codeBytes, frameBytes, index, name, stages, type, wasmBytes } = explanation;
  const idle = stages.filter(({ isChanged }) => !isChanged).map(({ name: pass }) => pass);
  const unchanged = idle.length === 0 ? [] : [`Nothing to do for ${idle.join(", ")}.`];
  return [
    paint.heading(`${name}${type === "" ? "" : ` ${type}`}`),
    `Function ${index}: ${wasmBytes} bytes of WebAssembly, ${codeBytes} of machine code, ` +
      `a frame of ${frameBytes}.`,
    ...unchanged,
    ...(stages.length === 0 ? ["Compiled in one pass (--fast): there is no SSA form of it."] : []),
    "",
  ];
}

/** "SSA behind simplify", with a number where a pass runs more than once. */
function stageTitle(stages: Explanation["stages"], position: number): string {
  const name = stages[position]?.name ?? "";
  if (position === 0) return "SSA as lowered";
  const earlier = stages.slice(0, position).filter((stage) => stage.name === name).length;
  const isRepeated = stages.filter((stage) => stage.name === name).length > 1;
  return `SSA behind ${name}${isRepeated ? ` (${earlier + 1})` : ""}`;
}

/** A line of one of the columns, with the WebAssembly instruction beside which it stands. */
interface Line {
  readonly origin: number;
  readonly text: string;
}

/** Three columns, or two without SSA; what comes from one WebAssembly instruction begins on its line. */
function abreast(explanation: Explanation, { paint }: LayoutOptions): string[] {
  const { code, stages, wasm } = explanation;
  const hasSsa = stages.length > 0;
  // Without the function's own head and end.
  const ssa = groups(originsForward(stages.at(-1)?.lines.slice(1, -1) ?? []));
  const machine = groups(
    code.map(({ offset, origin, text }) => ({
      origin,
      text: `${String(offset).padStart(codeDigits(explanation))}  ${text}`,
    })),
  );
  const rowOf = (left: string, middle: string, right: string): readonly string[] =>
    hasSsa ? [left, middle, right] : [left, right];
  const rows = [rowOf("WebAssembly", "SSA in the end", "machine code")];
  const add = (left: string, origin: number) => {
    const middle = ssa.get(origin) ?? [];
    const right = machine.get(origin) ?? [];
    const height = Math.max(left === "" ? 0 : 1, middle.length, right.length);
    for (let row = 0; row < height; row++) {
      rows.push(rowOf(row === 0 ? left : "", middle[row] ?? "", right[row] ?? ""));
    }
  };
  add("", 0);
  let shown: string | undefined;
  for (const { depth, offset, source, text } of wasm) {
    const line = source && sourceText(source);
    if (line !== undefined && line !== shown) rows.push([paint.source(line)]);
    shown = line ?? shown;
    add(`${hex(offset)}  ${"  ".repeat(depth)}${text}`, offset);
  }
  const [titles = "", ...lines] = aligned(rows);
  return [paint.heading(titles), ...lines];
}

/** Rows as lines, their columns below one another; a line of source stands alone, however long. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const tabular = rows.filter((row) => row.length > 1);
  const widths = [0, 1].map((column) =>
    tabular.reduce(
      (width, row) => Math.min(widestColumn, Math.max(width, row[column]?.length ?? 0)),
      0,
    ),
  );
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

function sourceText({ file, line, text }: SourceLine): string {
  return text === undefined ? `${file}:${line}` : `${file}:${line}  ${text}`;
}

function codeDigits({ codeBytes }: Explanation): number {
  return String(codeBytes).length;
}

/** The heads of blocks, which come from nowhere, stand with what they begin with. */
function originsForward(lines: readonly Line[]): Line[] {
  return lines.map((line, index) => {
    if (line.text.startsWith(" ")) return line;
    return { ...line, origin: lines[index + 1]?.origin ?? 0 };
  });
}

function groups(lines: readonly Line[]): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const { origin, text } of lines) {
    const group = found.get(origin);
    if (group === undefined) found.set(origin, [text]);
    else group.push(text);
  }
  return found;
}

function hex(offset: number): string {
  return offset.toString(16).padStart(4, "0");
}
