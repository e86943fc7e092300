import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = "qemu-system-x86_64";

/** Whether QEMU is installed. */
export const hasQemu = spawnSync(program, ["--version"]).status === 0;

const leanMicrovm = "microvm,acpi=off,pit=off,pic=off,rtc=off,x-option-roms=off,isa-serial=on";

/** Machines that images must boot on. */
export const machineFlags = {
  microvm: ["-M", leanMicrovm, "-bios", "/usr/share/qemu/qboot.rom", "-m", "2"],
  q35: ["-M", "q35", "-m", "16"],
} as const;

/** The same machines with nothing switched off, and without isa-debug-exit. */
export const ordinaryMachines = {
  microvm: ["-M", "microvm", "-m", "16"],
  q35: ["-M", "q35", "-m", "16"],
} as const;

const debugExit = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"];

/** What a guest wrote on COM1 and the exit status of QEMU (2 n + 1 for n on isa-debug-exit). */
export interface GuestResult {
  readonly output: Uint8Array;
  readonly status: number | null;
}

/** Boots an image on the leanest machine of its kind; see `runMachine`. */
export function runGuest(
  image: Uint8Array,
  machine: keyof typeof machineFlags,
  processor = "max",
): Promise<GuestResult> {
  return runMachine(image, [...machineFlags[machine], ...debugExit], processor);
}

/** Boots an image under QEMU without hardware help and waits for its end, 20 s at most. */
export async function runMachine(
  image: Uint8Array,
  machine: readonly string[],
  processor = "max",
  reboots = false,
): Promise<GuestResult> {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-guest-"));
  const path = join(folder, "image");
  writeFileSync(path, image);
  const flags = [
    "-accel",
    "tcg,thread=single",
    "-cpu",
    processor,
    "-nodefaults",
    "-no-user-config",
  ];
  const devices = ["-display", "none", "-serial", "stdio", ...(reboots ? [] : ["-no-reboot"])];
  const child = spawn(program, [...machine, ...flags, ...devices, "-kernel", path], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 20_000,
  });
  const parts: Uint8Array[] = [];
  child.stdout.on("data", (part: Uint8Array) => parts.push(part));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  rmSync(folder, { recursive: true });
  return { output: Buffer.concat(parts), status };
}
