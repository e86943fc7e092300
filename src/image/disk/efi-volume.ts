import { crc32 } from "node:zlib";
import type { BootableElf } from "./bootable-elf.ts";
import { fatVolume } from "./fat-volume.ts";
import { executableHeaderBytes, portableExecutable } from "./portable-executable.ts";
import { uefiLoader } from "./uefi-loader.ts";

/** An EFI system partition for one image. */
export interface EfiVolume {
  readonly bytes: Uint8Array;
  /** Where the image's file begins in it, in one piece; a multiple of 2 KiB. */
  readonly imageOffset: number;
}

/** A volume whose one file is the UEFI application that boots the image. */
export function efiVolume(elf: BootableElf): EfiVolume {
  const { bytes, dataOffset, fileOffset } = uefiLoader(elf);
  const volume = fatVolume(portableExecutable(bytes, dataOffset), crc32(elf.bytes));
  return {
    bytes: volume.bytes,
    imageOffset: volume.fileOffset + executableHeaderBytes + fileOffset,
  };
}
