/**
 * Where the lines of a bundle come from, small enough to lie in every image.
 *
 * The form: the sources' names, each with a NUL behind it; an empty name; then runs as three LEB128
 * numbers: how many lines of the bundle, the source's number (0: none, else from 1), the line in it
 * of the first, from which they count up.
 */
import { ByteWriter } from "../../compiler/bytes/writer.ts";
import { bundleName } from "../../contracts/engine-interface.ts";

/** What esbuild writes next to a bundle (source map revision 3). */
export interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

interface Run {
  length: number;
  readonly source: number;
  readonly line: number;
}

/** A source's place by a line of the bundle. */
export class LineMap {
  readonly sources: readonly string[];
  readonly #runs: readonly Run[];

  constructor(map: SourceMap) {
    this.sources = map.sources;
    this.#runs = runsOf(map.mappings);
  }

  /** `file:line` of a line of the bundle, counted from 1; undefined when no source has it. */
  find(line: number): string | undefined {
    let first = 1;
    for (const run of this.#runs) {
      if (line < first + run.length) {
        const source = this.sources[run.source - 1];
        return source === undefined ? undefined : `${source}:${run.line + line - first}`;
      }
      first += run.length;
    }
    return undefined;
  }

  /** Replaces every place in the bundle that a text names by the source's. */
  rewrite(text: string): string {
    const places = new RegExp(`${bundleName}:(\\d+)(?::\\d+)?`, "g");
    return text.replace(places, (place, line: string) => this.find(Number(line)) ?? place);
  }

  /** The form that lies in an image. */
  encode(): Uint8Array {
    const writer = new ByteWriter();
    for (const source of this.sources) writer.text(`${source}\0`);
    writer.u8(0);
    for (const { length, source, line } of this.#runs) {
      writer.unsignedLeb(length);
      writer.unsignedLeb(source);
      writer.unsignedLeb(line);
    }
    return writer.toBytes();
  }
}

/** One run for each stretch of lines that count up in one source. */
function runsOf(mappings: string): Run[] {
  const runs: Run[] = [];
  const state = { source: 0, line: 0 };
  for (const text of mappings.split(";")) {
    const place = readLine(text, state);
    const last = runs.at(-1);
    const isNext = last !== undefined && last.source === place.source;
    if (isNext && (place.source === 0 || last.line + last.length === place.line)) last.length++;
    else runs.push({ length: 1, ...place });
  }
  return runs;
}

/** Where the first segment with a source points to; all of the line's segments move the state. */
function readLine(
  text: string,
  state: { source: number; line: number },
): { readonly source: number; readonly line: number } {
  let found: { source: number; line: number } | undefined;
  for (const segment of text === "" ? [] : text.split(",")) {
    const [, source, line] = readNumbers(segment);
    if (source === undefined || line === undefined) continue;
    state.source += source;
    state.line += line;
    found ??= { source: state.source + 1, line: state.line + 1 };
  }
  return found ?? { source: 0, line: 0 };
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Map([...digits].map((digit, value) => [digit, value]));

/** Base64 VLQ: five bits a digit, lowest first, the sign in the lowest bit. */
function readNumbers(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = values.get(digit) ?? 0;
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits >= 32) continue;
    numbers.push((value & 1) === 0 ? value >>> 1 : -(value >>> 1));
    value = 0;
    shift = 0;
  }
  return numbers;
}
