/** The Linux guest that ours are compared with: Debian's cloud kernel with a busybox initramfs. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Bench } from "../../bench.ts";

/** Kernel and initramfs of a guest that runs some commands and ends. */
export interface LinuxGuest {
  readonly kernelPath: string;
  readonly initramfsPath: string;
  readonly commandLine: string;
}

/** Drivers in the order of their needs. */
const modules = [
  ...["drivers/virtio/virtio_ring", "drivers/virtio/virtio", "drivers/virtio/virtio_mmio"],
  ...["drivers/block/virtio_blk", "net/core/failover", "drivers/net/net_failover"],
  "drivers/net/virtio_net",
] as const;

/** What is missing for Linux guests, in words; undefined when nothing is. */
export function linuxMissing(bench: Bench): string | undefined {
  if (bench.linuxFolder === undefined) {
    return "needs --linux <folder> with what dpkg -x makes of Debian's linux-image-cloud-amd64";
  }
  if (!existsSync(kernelPath(bench.linuxFolder))) {
    return `needs boot/vmlinuz-* and lib/modules in ${bench.linuxFolder}`;
  }
  const missing = ["busybox", "cpio"].find((name) => pathOf(name) === undefined);
  return missing === undefined ? undefined : `needs ${missing}`;
}

function kernelPath(folder: string): string {
  return join(folder, "boot", `vmlinuz-${releaseOf(folder)}`);
}

/** The kernel's release, by the folder of its modules; empty when there is none. */
function releaseOf(folder: string): string {
  const modulesFolder = join(folder, "lib/modules");
  return existsSync(modulesFolder) ? (readdirSync(modulesFolder)[0] ?? "") : "";
}

/** Makes an initramfs whose init loads the drivers, runs `commands` with busybox and ends. */
export function makeLinuxGuest(
  bench: Bench,
  name: string,
  commands: readonly string[],
  programs: Readonly<Record<string, string>> = {},
): LinuxGuest {
  const folder = bench.linuxFolder ?? "";
  const drivers = join(folder, "lib/modules", releaseOf(folder), "kernel");
  const root = bench.path(`${name}-root`);
  mkdirSync(join(root, "dev"), { recursive: true });
  copyFileSync(pathOf("busybox") ?? "", join(root, "busybox"));
  for (const [file, path] of Object.entries(programs)) copyFileSync(path, join(root, file));
  const loads = modules.map((path, index) => {
    copyFileSync(join(drivers, `${path}.ko`), join(root, `${index}.ko`));
    return `/busybox insmod /${index}.ko`;
  });
  const lines = ["#!/busybox sh", "/busybox mount -t devtmpfs dev /dev", ...loads, ...commands];
  writeFileSync(join(root, "init"), `${[...lines, "/busybox reboot -f"].join("\n")}\n`);
  chmodSync(join(root, "init"), 0o755);
  const initramfsPath = bench.path(`${name}-initramfs`);
  const { status, stdout } = spawnSync("cpio", ["-o", "-H", "newc", "--quiet"], {
    cwd: root,
    input: readdirSync(root).join("\n"),
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error("cpio failed");
  writeFileSync(initramfsPath, stdout);
  return {
    kernelPath: kernelPath(folder),
    initramfsPath,
    commandLine: `quiet tsc_early_khz=${timestampKilohertz()} reboot=t panic=-1`,
  };
}

/** An emulated processor's timestamp counter runs as fast as the host's. */
function timestampKilohertz(): number {
  const facts = readFileSync("/proc/cpuinfo", "latin1");
  const [, megahertz = "2000"] = /^cpu MHz\s*: ([\d.]+)$/m.exec(facts) ?? [];
  return Math.round(Number(megahertz) * 1000);
}

function pathOf(program: string): string | undefined {
  const { status, stdout } = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
