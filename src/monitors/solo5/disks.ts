/** The disks of a guest: opened and locked here, and held by the tender as long as it runs. */
import { closeSync, openSync } from "node:fs";
import { TsukiError } from "../../contracts/errors.ts";
import { solo5BlockName } from "../../contracts/solo5.ts";
import type { DiskMount } from "../interface.ts";
import { diskIsTaken, diskLock } from "../lock-disk.ts";

/** What a tender is given for disks. */
export interface HeldDisks {
  readonly arguments: readonly string[];
  /** Open files whose locks last until nobody has them open; the tender inherits them. */
  readonly descriptors: readonly number[];
}

/** Opens and locks disks by `tsuki-host`, whose path is given. Throws `disk-busy` and `usage`. */
export function holdDisks(hostPath: string, disks: readonly DiskMount[]): HeldDisks {
  const lock = diskLock(hostPath);
  const descriptors: number[] = [];
  try {
    for (const { path, isReadOnly } of disks) {
      const descriptor = opened(path);
      descriptors.push(descriptor);
      if (!lock(descriptor, isReadOnly)) throw diskIsTaken();
    }
  } catch (error) {
    releaseDisks({ descriptors });
    throw error;
  }
  const words = disks.map(({ path }, place) => `--block:${solo5BlockName(place)}=${path}`);
  return { arguments: words, descriptors };
}

/** Closes what the tender has inherited by now. */
export function releaseDisks({ descriptors }: Pick<HeldDisks, "descriptors">): void {
  for (const descriptor of descriptors) closeSync(descriptor);
}

/** A tender writes to all of its files, and reads their paths up to a blank. */
function opened(path: string): number {
  if (/\s/.test(path)) {
    throw new TsukiError("usage", `solo5-spt takes no path with a blank in it: ${path}`);
  }
  try {
    return openSync(path, "r+");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TsukiError("usage", `the disk ${path} cannot be opened to write: ${reason}`);
  }
}
