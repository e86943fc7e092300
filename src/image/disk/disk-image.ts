import { readBootableElf } from "./bootable-elf.ts";
import { iso } from "./iso.ts";
import { qcow2 } from "./qcow2.ts";
import { rawDisk } from "./raw-disk.ts";

/** What a disk can be written as. */
export const diskFormats = ["raw", "qcow2", "iso"] as const;

/** The name of one format. */
export type DiskFormat = (typeof diskFormats)[number];

/**
 * Wraps an image for `pc` into a disk, or a disc, that BIOS and UEFI machines boot; throws
 * ElfFormatError when the file is no such image.
 */
export function diskImage(file: Uint8Array, format: DiskFormat): Uint8Array {
  const elf = readBootableElf(file);
  if (format === "iso") return iso(elf);
  const disk = rawDisk(elf);
  return format === "raw" ? disk : qcow2(disk);
}
