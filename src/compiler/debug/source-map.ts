import { DwarfError } from "./dwarf-error.ts";
import { type LineRow, LineTable } from "./line-table.ts";

/** What is used of a source map (ECMA-426, 9); columns are offsets in the module's bytes. */
interface SourceMap {
  readonly sourceRoot: string;
  readonly sources: readonly string[];
  readonly mappings: string;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitValues = new Map([...digits].map((digit, value) => [digit, value]));

/**
 * The lines of a module with a source map; code that has no place of its own belongs to what stands
 * before it in its function. Throws a `DwarfError` for what is no such map.
 */
export function readSourceMap(bytes: Uint8Array, functionStarts: readonly number[]): LineTable {
  const map = parseMap(new TextDecoder().decode(bytes));
  const [mappings = ""] = map.mappings.split(";");
  const rows: LineRow[] = functionStarts.map((offset) => ({ offset, source: undefined }));
  let [offset, file, line, column] = [0, 0, 0, 0];
  for (const segment of mappings.split(",")) {
    const [offsetStep, fileStep, lineStep, columnStep] = readNumbers(segment);
    if (offsetStep === undefined) continue;
    offset += offsetStep;
    if (fileStep === undefined || lineStep === undefined || columnStep === undefined) continue;
    file += fileStep;
    line += lineStep;
    column += columnStep;
    if (file < 0 || line < 0 || column < 0) throw new DwarfError("negative place", offset);
    const source = { file: file + 1, line: line + 1, column: column + 1, isStatement: true };
    rows.push({ offset, source });
  }
  const root = map.sourceRoot === "" ? "" : `${map.sourceRoot}/`;
  const files = map.sources.map((name) => (name.startsWith("/") ? name : root + name));
  return new LineTable(["", ...files], rows);
}

function parseMap(text: string): SourceMap {
  let map: unknown;
  try {
    map = JSON.parse(text);
  } catch {
    map = undefined;
  }
  if (typeof map !== "object" || map === null) throw new DwarfError("no source map", 0);
  const { mappings, sourceRoot, sources } = map as Readonly<Record<string, unknown>>;
  if (typeof mappings !== "string" || !Array.isArray(sources)) {
    throw new DwarfError("no source map", 0);
  }
  return {
    sourceRoot: typeof sourceRoot === "string" ? sourceRoot : "",
    sources: sources.map((name) => (typeof name === "string" ? name : "?")),
    mappings,
  };
}

/** Base64 VLQ: five bits a digit, lowest first, the sign in the lowest bit. */
function readNumbers(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const digit of segment) {
    const bits = digitValues.get(digit);
    if (bits === undefined || scale > 2 ** 40) throw new DwarfError("malformed mapping", 0);
    value += (bits & 31) * scale;
    scale *= 32;
    if (bits >= 32) continue;
    const magnitude = Math.floor(value / 2);
    numbers.push(value % 2 === 0 ? magnitude : -magnitude);
    value = 0;
    scale = 1;
  }
  return numbers;
}
