/** The sections of a WebAssembly module (WebAssembly 2.0, 5.5), as far as the simulator edits them. */

/** Section numbers. */
export const sectionIds = { import: 2, memory: 5, export: 7, start: 8, code: 10 } as const;

/** One section: its number and where its content lies in the module. */
export interface Section {
  readonly id: number;
  readonly start: number;
  readonly content: Uint8Array;
}

const headerBytes = 8;

/** Reads numbers and names in WebAssembly's encoding. */
export class ModuleReader {
  offset = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Whether there are bytes left. */
  get hasMore(): boolean {
    return this.offset < this.bytes.length;
  }

  /** One byte; 0 behind the end. */
  byte(): number {
    return this.bytes[this.offset++] ?? 0;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    return value;
  }

  /** `length` bytes as they are. */
  take(length: number): Uint8Array {
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }
}

/** Splits a valid module into its sections. */
export function readSections(module: Uint8Array): Section[] {
  const reader = new ModuleReader(module);
  reader.take(headerBytes);
  const sections: Section[] = [];
  while (reader.hasMore) {
    const id = reader.byte();
    const length = reader.unsigned();
    sections.push({ id, start: reader.offset, content: reader.take(length) });
  }
  return sections;
}

/** Joins sections to a module. */
export function writeSections(sections: readonly Pick<Section, "id" | "content">[]): Uint8Array {
  const header = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  return Buffer.concat([
    header,
    ...sections.flatMap(({ id, content }) => [
      Uint8Array.of(id, ...encodeUnsigned(content.length)),
      content,
    ]),
  ]);
}

/** Encodes an unsigned LEB128 number. */
export function encodeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left & 127) | 128);
  bytes.push(left);
  return bytes;
}

/** How many functions a module imports; in its index space they come first. */
export function countImportedFunctions(sections: readonly Section[]): number {
  const content = sections.find(({ id }) => id === sectionIds.import)?.content;
  if (content === undefined) return 0;
  const reader = new ModuleReader(content);
  let functions = 0;
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.take(reader.unsigned());
    reader.take(reader.unsigned());
    const kind = reader.byte();
    if (kind === 0) functions++;
    skipImportType(reader, kind);
  }
  return functions;
}

function skipImportType(reader: ModuleReader, kind: number): void {
  if (kind === 1 || kind === 3) reader.byte(); // element type of a table, value type of a global
  if (kind === 3) reader.byte(); // mutability
  if (kind === 0 || kind === 4) {
    if (kind === 4) reader.byte();
    reader.unsigned(); // type index
  }
  if (kind === 1 || kind === 2) {
    const hasMaximum = (reader.unsigned() & 1) === 1;
    reader.unsigned();
    if (hasMaximum) reader.unsigned();
  }
}

/** Where each of a module's own functions begins, as an offset in the module. */
export function readCodeOffsets(sections: readonly Section[]): number[] {
  const code = sections.find(({ id }) => id === sectionIds.code);
  if (code === undefined) return [];
  const reader = new ModuleReader(code.content);
  const offsets: number[] = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    const length = reader.unsigned();
    offsets.push(code.start + reader.offset);
    reader.take(length);
  }
  return offsets;
}

/** The names under which functions are exported, by function index. */
export function readFunctionExports(sections: readonly Section[]): Map<number, string> {
  const names = new Map<number, string>();
  const content = sections.find(({ id }) => id === sectionIds.export)?.content;
  if (content === undefined) return names;
  const reader = new ModuleReader(content);
  for (let left = reader.unsigned(); left > 0; left--) {
    const name = new TextDecoder().decode(reader.take(reader.unsigned()));
    const kind = reader.byte();
    const index = reader.unsigned();
    if (kind === 0) names.set(index, name);
  }
  return names;
}
