import type { MemoryRange } from "../../../simulator/pc/start-info.ts";

/** What a boot record tells, whichever kind it is. */
export interface BootFacts {
  readonly commandLine: string;
  /** The launch record's place. */
  readonly module: { readonly start: number; readonly lengthBytes: number };
  readonly memoryMap: readonly MemoryRange[];
}

/** Writes a Linux zero page (Documentation/arch/x86/zero-page.rst), the command line behind it. */
export function writeZeroPage(memory: Uint8Array, address: number, facts: BootFacts): void {
  const view = new DataView(memory.buffer, memory.byteOffset + address);
  const commandLine = address + 4096;
  view.setUint8(0x1e8, facts.memoryMap.length);
  view.setUint32(0x202, 0x5372_6448, true);
  view.setUint32(0x218, facts.module.start, true);
  view.setUint32(0x21c, facts.module.lengthBytes, true);
  view.setUint32(0x228, commandLine, true);
  facts.memoryMap.forEach((range, index) => writeRange(view, 0x2d0 + index * 20, range));
  memory.set(new TextEncoder().encode(`${facts.commandLine}\0`), commandLine);
}

/** Multiboot 2 boot information (Multiboot 2 specification, 3.6). */
export function multibootInformation(facts: BootFacts): Uint8Array {
  const text = new TextEncoder();
  const map = new DataView(new ArrayBuffer(8 + facts.memoryMap.length * 24));
  map.setUint32(0, 24, true);
  facts.memoryMap.forEach((range, index) => writeRange(map, 8 + index * 24, range));
  const { start, lengthBytes } = facts.module;
  const tags = [
    tag(1, text.encode(`${facts.commandLine}\0`)),
    tag(2, text.encode("a loader\0")),
    tag(3, Uint8Array.of(...words(start, start + lengthBytes), ...text.encode("launch\0"))),
    tag(3, Uint8Array.of(...words(0, 64), 0)),
    tag(6, new Uint8Array(map.buffer)),
    tag(0, new Uint8Array(0)),
  ];
  const bytes = tags.flatMap((each) => [...each]);
  return Uint8Array.of(...words(bytes.length + 8, 0), ...bytes);
}

function tag(kind: number, contents: Uint8Array): Uint8Array {
  const bytes = 8 + contents.length;
  const padding = new Array<number>((8 - (bytes % 8)) % 8).fill(0);
  return Uint8Array.of(...words(kind, bytes), ...contents, ...padding);
}

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function writeRange(view: DataView, at: number, range: MemoryRange): void {
  view.setBigUint64(at, range.start, true);
  view.setBigUint64(at + 8, range.lengthBytes, true);
  view.setUint32(at + 16, range.type, true);
}
