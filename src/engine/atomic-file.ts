/** Writes files so that nobody ever sees half of one. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes beside `path`, flushes to disk unless `isDurable` is false, renames; on an error nothing is
 * left behind. What is not durable may be broken after the host has crashed, never before.
 */
export function writeFileAtomically(
  path: string,
  bytes: Uint8Array,
  mode: number,
  isDurable = true,
): void {
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    const descriptor = openSync(aside, "wx", mode);
    try {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
      if (isDurable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/** Makes a folder, and those that it lies in, for this user alone; a power cut leaves those that are new. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    flushToDiskNow(dirname(made));
  }
}

/** Flushes a file, or the entries of a folder, to disk; many at once cost what one costs. */
export async function flushToDisk(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The same, for who waits for nothing else meanwhile. */
export function flushToDiskNow(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
