/** Locks on the files of disks, which Node cannot make itself. */
import { spawnSync } from "node:child_process";
import { TsukiError } from "../contracts/errors.ts";

/** Locks an open file for a writer, or for one of several readers; false when others use it so. */
type LockDisk = (descriptor: number, isReadOnly: boolean) => boolean;

/** The error of an instance one of whose disks others use so that it cannot be locked. */
export function diskIsTaken(): TsukiError {
  const rule = "only readers may share a disk";
  return new TsukiError("disk-busy", `another instance has a disk of this one; ${rule}`);
}

/**
 * Locks by `tsuki-host`, whose path it is: a lock is the open file's, and lasts until this process has
 * closed it. Only Linux on x86-64 has such locks; elsewhere nobody keeps instances apart.
 */
export function diskLock(hostPath: string): LockDisk {
  if (process.platform !== "linux" || process.arch !== "x64") return () => true;
  return (descriptor, isReadOnly) => {
    const words = isReadOnly ? ["lock", "ro"] : ["lock"];
    return spawnSync(hostPath, words, { stdio: [descriptor, "ignore", "ignore"] }).status === 0;
  };
}
