import { createHash } from "node:crypto";
import { biosLoader } from "./bios-loader.ts";
import { bootSector, sectorBytes } from "./boot-sector.ts";
import type { BootableElf } from "./bootable-elf.ts";
import { efiVolume } from "./efi-volume.ts";
import { leadingSectors, trailingSectors, writePartitions } from "./partition-table.ts";

/** Where the partition of the UEFI application begins: what is in front of it is the BIOS's. */
const efiSector = 64;
const sectorsPerMebibyte = 2048;

/**
 * A hard disk that a BIOS and UEFI firmware boot an image from: both find the same copy of its file,
 * inside the UEFI application.
 */
export function rawDisk(elf: BootableElf): Uint8Array {
  const volume = efiVolume(elf);
  const efiSectors = volume.bytes.length / sectorBytes;
  const needed = efiSector + efiSectors + trailingSectors;
  // Whole mebibytes: some programs accept no others.
  const sectors = Math.ceil(needed / sectorsPerMebibyte) * sectorsPerMebibyte;
  const disk = new Uint8Array(sectors * sectorBytes);
  const firstBlock = efiSector + volume.imageOffset / sectorBytes;
  const loader = biosLoader(elf, { blockBytes: sectorBytes, firstBlock });
  const loaderSectors = efiSector - leadingSectors;
  if (loader.length > loaderSectors * sectorBytes) throw new Error("the BIOS loader is too large");
  disk.set(bootSector(leadingSectors, loaderSectors));
  disk.set(loader, leadingSectors * sectorBytes);
  disk.set(volume.bytes, efiSector * sectorBytes);
  writePartitions(disk, identity(elf, "disk"), [
    {
      type: "biosBoot",
      identity: identity(elf, "bios"),
      firstSector: leadingSectors,
      sectors: loaderSectors,
      name: "BIOS",
    },
    {
      type: "efiSystem",
      identity: identity(elf, "efi"),
      firstSector: efiSector,
      sectors: efiSectors,
      name: "UEFI",
    },
  ]);
  return disk;
}

/** A GUID that follows from the image, so that the same image makes the same disk (RFC 9562, 5.8). */
function identity(elf: BootableElf, purpose: string): Uint8Array {
  const bytes = createHash("sha256").update(purpose).update(elf.bytes).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(7) & 0x0f) | 0x80, 7);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes;
}
