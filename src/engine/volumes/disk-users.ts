/** Whose a disk is at the moment: one instance writes to it, or several read. */
import { realpathSync } from "node:fs";
import { TsukiError } from "../../contracts/errors.ts";
import type { DiskMount } from "../../monitors/interface.ts";
import { attempt } from "../attempt.ts";
import type { StoredInstance } from "../instances/instance-store.ts";
import { isLiving } from "../instances/lifecycle.ts";
import { disksOf } from "../machine-disks.ts";

/**
 * Refuses to start what would meet another instance on a disk, and says which. What this does not
 * see, the locks on the files do (docs/files.md). Throws `disk-busy`.
 */
export function checkDisksAreFree(
  environment: readonly string[],
  others: readonly StoredInstance[],
): void {
  for (const disk of disksOf(environment)) {
    const user = others.find(
      ({ record, state }) =>
        isLiving(state.status) && disksOf(record.environment).some((other) => collide(disk, other)),
    );
    if (user === undefined) continue;
    const what = `the disk ${disk.path} is used by ${user.record.name}`;
    const advice = "stop it first; only readers may share a disk";
    throw new TsukiError("disk-busy", `${what}; ${advice}`);
  }
}

function collide(one: DiskMount, other: DiskMount): boolean {
  const isWritten = !one.isReadOnly || !other.isReadOnly;
  return isWritten && placeOf(one.path) === placeOf(other.path);
}

function placeOf(path: string): string {
  return attempt(() => realpathSync(path)) ?? path;
}
