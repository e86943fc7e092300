import { createHash } from "node:crypto";
import { ByteReader } from "../bytes/reader.ts";
import { type InitialMemory, joinContents } from "./initial-memory.ts";

/** A large module's initial memory, apart from everything that its code may depend on. */
export interface SplitModule {
  /** A hash of all of the module but its data. */
  readonly shape: string;
  readonly memory: InitialMemory;
  /** The memory's size in pages of 64 KiB. */
  readonly initialPages: number;
}

/** Modules with at least this much code are compiled alone and cached, not lowered on demand. */
export const largeModuleBytes = 256 * 1024;

const moduleHeaderBytes = 8;
const pageBytes = 65_536;
const sectionIds = { memory: 5, code: 10, data: 11, dataCount: 12 } as const;
const opcodes = { constant: 0x41, end: 0x0b } as const;

/**
 * Splits a module whose only data are active segments at constant addresses, as a snapshot's are.
 * Undefined for every other, and for what has little code or is malformed: the compiler tells why.
 */
export function splitModule(bytes: Uint8Array): SplitModule | undefined {
  try {
    return split(bytes);
  } catch {
    return undefined;
  }
}

function split(bytes: Uint8Array): SplitModule | undefined {
  const hash = createHash("sha256");
  const contents = new Map<number, Uint8Array>();
  const reader = new ByteReader(bytes, moduleHeaderBytes);
  while (reader.remaining > 0) {
    const id = reader.u8();
    const content = reader.take(reader.u32());
    contents.set(id, content);
    if (id === sectionIds.data || id === sectionIds.dataCount) continue;
    hash.update(`${id} ${content.length} `).update(content);
  }
  const memory = contents.get(sectionIds.memory);
  const data = contents.get(sectionIds.data);
  if (memory === undefined || data === undefined) return undefined;
  if ((contents.get(sectionIds.code)?.length ?? 0) < largeModuleBytes) return undefined;
  const initialPages = minimumOf(memory);
  const filled = activeContents(data, (initialPages ?? 0) * pageBytes);
  if (initialPages === undefined || filled === undefined) return undefined;
  return { shape: hash.digest("hex"), memory: joinContents(filled), initialPages };
}

/** The minimum of the only memory of a memory section (WebAssembly 2.0, 5.5.8). */
function minimumOf(section: Uint8Array): number | undefined {
  const reader = new ByteReader(section);
  if (reader.u32() !== 1) return undefined;
  reader.u8();
  return reader.u32();
}

/** What the segments of a data section (5.5.14) hold; undefined if one is not as described. */
function activeContents(
  section: Uint8Array,
  limit: number,
): Parameters<typeof joinContents>[0] | undefined {
  const reader = new ByteReader(section);
  const filled: { address: number; contents: Uint8Array }[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    if (reader.u8() !== 0 || reader.u8() !== opcodes.constant) return undefined;
    const address = reader.s32() >>> 0;
    if (reader.u8() !== opcodes.end) return undefined;
    const contents = reader.take(reader.u32());
    if (address + contents.length > limit) return undefined;
    if (contents.length > 0) filled.push({ address, contents });
  }
  return filled;
}
