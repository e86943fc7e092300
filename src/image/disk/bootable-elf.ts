import { ElfFormatError, type LoadedSegment, readElf } from "../elf/reader.ts";
import { alignUp } from "../layout/image-layout.ts";

/** An image for `pc`, as far as a boot loader is concerned. */
export interface BootableElf {
  readonly bytes: Uint8Array;
  readonly segments: readonly LoadedSegment[];
  /** Where PVH monitors enter, in 32-bit mode. */
  readonly pvhEntry: number;
  /** Where loaders of Linux enter, in 64-bit mode. */
  readonly linuxEntry: number;
  /** The whole pages that the segments occupy. */
  readonly start: number;
  readonly end: number;
}

/** Addresses from here on belong to devices and firmware. */
const highestEnd = 0x8000_0000;

/** Reads an image for `pc`; throws ElfFormatError for any other file. */
export function readBootableElf(bytes: Uint8Array): BootableElf {
  const { segments, pvhEntry, entry } = readElf(bytes);
  if (pvhEntry === undefined) throw new ElfFormatError("The ELF file has no PVH entry.");
  const start = Math.min(...segments.map(({ address }) => address));
  const end = Math.max(...segments.map(({ address, memorySize }) => address + memorySize));
  if (segments.length === 0 || start < 0x10_0000 || end > highestEnd) {
    throw new ElfFormatError("The ELF file does not lie between 1 MiB and 2 GiB.");
  }
  return { bytes, segments, pvhEntry, linuxEntry: entry, start, end: alignUp(end) };
}
