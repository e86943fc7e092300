/** The functions of an image, by the program map that it carries for backtraces. */
import { functionRecord } from "../contracts/program-map.ts";
import { type LoadedSegment, readElf } from "../image/elf/reader.ts";

/** A function and the addresses of its code. */
export interface ProgramFunction {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const recordAlignment = 4;

/**
 * The functions in the order of their addresses. No symbol says where the map is: it is the longest
 * run of records that make sense.
 */
export function programFunctions(image: Uint8Array): readonly ProgramFunction[] {
  const { segments } = readElf(image);
  const text = segments.find(({ executable }) => executable);
  let longest: readonly ProgramFunction[] = [];
  for (const segment of segments) {
    if (text === undefined || segment.executable || segment.writable) continue;
    for (let at = 0; at < segment.bytes.length; at += recordAlignment) {
      const run = recordsAt(segment, at, text);
      if (run.length > longest.length) longest = run;
    }
  }
  return longest;
}

/** Records one behind another, sorted by address. */
function recordsAt(segment: LoadedSegment, start: number, text: LoadedSegment): ProgramFunction[] {
  const functions: ProgramFunction[] = [];
  for (let at = start; ; at += functionRecord.sizeBytes) {
    const found = recordAt(segment, at, text);
    if (found === undefined || found.start < (functions.at(-1)?.end ?? 0)) return functions;
    functions.push(found);
  }
}

function recordAt(
  { bytes, address }: LoadedSegment,
  at: number,
  text: LoadedSegment,
): ProgramFunction | undefined {
  if (at + functionRecord.sizeBytes > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(at + functionRecord.codeOffset, true);
  const end = view.getUint32(at + functionRecord.endOffset, true);
  const name = view.getUint32(at + functionRecord.nameOffset, true);
  if (start < text.address || end <= start || end > text.address + text.memorySize) {
    return undefined;
  }
  if (name === 0) return { name: "", start, end };
  const nameAt = name - address;
  if (nameAt < 0 || nameAt + 2 > bytes.length) return undefined;
  const length = view.getUint16(nameAt, true);
  const text8 = bytes.subarray(nameAt + 2, nameAt + 2 + length);
  return { name: new TextDecoder().decode(text8), start, end };
}
