/** The disks of an instance, from its settings. */
import type { DiskMount, Monitor } from "../monitors/interface.ts";

/** Disks, and what is left of the environment for the kernel. */
export interface DisksAndEnvironment {
  readonly disks: readonly DiskMount[];
  readonly environment: readonly string[];
}

const variable = "TSUKI_DISK=";

/** Whether settings name disks. */
export function namesDisks(environment: readonly string[]): boolean {
  return environment.some((entry) => entry.startsWith(variable));
}

/** The disks that settings name, each `file:/target[:ro]` behind one another. */
export function disksOf(environment: readonly string[]): readonly DiskMount[] {
  const setting = environment.find((entry) => entry.startsWith(variable));
  const entries = setting?.slice(variable.length).split(",") ?? [];
  return entries.flatMap((entry) => {
    const [, path, target, mode] = /^(.+?):(\/[^:]*?)(?::(r[ow]))?$/.exec(entry) ?? [];
    if (path === undefined || target === undefined) return [];
    return [{ path, target, isReadOnly: mode === "ro" }];
  });
}

/**
 * What a monitor attaches to its machine, which opens no files of the host; others are left to the image.
 * A guest of Solo5's has its disks attached, and the setting says where.
 */
export function disksAndEnvironment(
  monitor: Monitor,
  environment: readonly string[],
): DisksAndEnvironment {
  if (monitor.name === "solo5") return { disks: disksOf(environment), environment };
  if (monitor.name !== "qemu") return { disks: [], environment };
  return {
    disks: disksOf(environment),
    environment: environment.filter((entry) => !entry.startsWith(variable)),
  };
}
