/** Disks as files: raw images, of which a file system stores what was written. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, statSync } from "node:fs";
import { TsukiError } from "../../contracts/errors.ts";
import { attempt } from "../attempt.ts";

const unitBytes: Readonly<Record<string, number>> = {
  "": 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};

/** Bytes of a sector: a disk has whole ones. */
const sectorBytes = 512;
const largestBytes = 2 ** 46;

/** Reads the size of a disk, such as `64m`, `1G` or `4096`: bytes, a multiple of 512. Throws `usage`. */
export function parseDiskSize(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,15})([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (unitBytes[unit.toLowerCase()] ?? 1);
  if (digits !== "" && bytes > 0 && bytes <= largestBytes && bytes % sectorBytes === 0)
    return bytes;
  const rule = "at most 64T, and a multiple of 512 bytes";
  throw new TsukiError("usage", `${text} is no size of a disk; write 64m or 1g, ${rule}`);
}

/** Makes a file of so many zero bytes, none of which take room yet, and flushes it to its disk. */
export function makeDiskImage(path: string, sizeBytes: number): void {
  const file = openSync(path, "wx", 0o600);
  try {
    ftruncateSync(file, sizeBytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** How many bytes of a disk's file take room on the host; 0 where it is not there. */
export function storedBytes(path: string): number {
  return (attempt(() => statSync(path).blocks) ?? 0) * sectorBytes;
}

/** Refuses a file that can be no disk. Throws `source-missing`, `usage`. */
export function checkDiskFile(path: string): void {
  const file = attempt(() => openSync(path, "r"));
  if (file === undefined) {
    const advice = `make one with \`truncate -s 64M ${path}\`, or a volume with \`tsuki volume create\``;
    throw new TsukiError("source-missing", `${path}: no such disk; ${advice}`);
  }
  const status = fstatSync(file);
  closeSync(file);
  if (status.isFile() || status.isBlockDevice()) return;
  throw new TsukiError("usage", `${path} can be no disk: it is neither a file nor a block device`);
}
