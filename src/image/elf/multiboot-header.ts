import type { Segment } from "../../compiler/object/layout.ts";

/** Bytes of the header, a multiple of its alignment of 8. */
export const multibootHeaderBytes = 64;

const magic = 0xe852_50d6;
/** 32-bit protected mode of an i386. */
const architecture = 0;
const entryAddressTag = { type: 3, bytes: 12, at: 16 } as const;
const placeTag = { type: 10, bytes: 24, at: 32 } as const;
const endTag = { type: 0, bytes: 8, at: 56 } as const;
const optional = 1;
const pageBytes = 4096;

/**
 * A Multiboot 2 header that gives the entry (Multiboot 2 specification, 3.1); the rest a loader
 * learns from the ELF file around it, in whose first 32 KiB it must lie. The tag for images that may
 * be moved leaves one place: thereby GRUB takes all of it at once, instead of finding a use for what
 * lies between the segments.
 */
export function multibootHeader(entry: number, segments: readonly Segment[]): Uint8Array {
  const start = Math.min(...segments.map(({ address }) => address));
  const end = Math.max(...segments.map(({ address, memorySize }) => address + memorySize));
  const view = new DataView(new ArrayBuffer(multibootHeaderBytes));
  view.setUint32(0, magic, true);
  view.setUint32(4, architecture, true);
  view.setUint32(8, multibootHeaderBytes, true);
  view.setUint32(12, -(magic + architecture + multibootHeaderBytes), true);
  view.setUint16(entryAddressTag.at, entryAddressTag.type, true);
  view.setUint32(entryAddressTag.at + 4, entryAddressTag.bytes, true);
  view.setUint32(entryAddressTag.at + 8, entry, true);
  view.setUint16(placeTag.at, placeTag.type, true);
  view.setUint16(placeTag.at + 2, optional, true);
  view.setUint32(placeTag.at + 4, placeTag.bytes, true);
  view.setUint32(placeTag.at + 8, start, true);
  view.setUint32(placeTag.at + 12, end, true);
  view.setUint32(placeTag.at + 16, pageBytes, true);
  view.setUint16(endTag.at, endTag.type, true);
  view.setUint32(endTag.at + 4, endTag.bytes, true);
  return new Uint8Array(view.buffer);
}
