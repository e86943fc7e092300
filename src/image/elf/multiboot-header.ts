/** Bytes of the header, a multiple of its alignment of 8. */
export const multibootHeaderBytes = 40;

const magic = 0xe852_50d6;
/** 32-bit protected mode of an i386. */
const architecture = 0;
const entryAddressTag = { type: 3, bytes: 12, paddedBytes: 16 } as const;
const endTag = { type: 0, bytes: 8 } as const;

/**
 * A Multiboot 2 header that gives the entry (Multiboot 2 specification, 3.1); the rest a loader
 * learns from the ELF file around it, in whose first 32 KiB it must lie.
 */
export function multibootHeader(entry: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(multibootHeaderBytes));
  view.setUint32(0, magic, true);
  view.setUint32(4, architecture, true);
  view.setUint32(8, multibootHeaderBytes, true);
  view.setUint32(12, -(magic + architecture + multibootHeaderBytes), true);
  view.setUint16(16, entryAddressTag.type, true);
  view.setUint32(20, entryAddressTag.bytes, true);
  view.setUint32(24, entry, true);
  const end = 16 + entryAddressTag.paddedBytes;
  view.setUint16(end, endTag.type, true);
  view.setUint32(end + 4, endTag.bytes, true);
  return new Uint8Array(view.buffer);
}
