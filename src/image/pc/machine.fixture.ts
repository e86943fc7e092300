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

/** What a guest wrote on COM1 and the exit status of QEMU (2 n + 1 for n on isa-debug-exit). */
export interface GuestResult {
  readonly output: Uint8Array;
  readonly status: number | null;
}

/** Boots an image under QEMU without hardware help and waits for its end, 20 s at most. */
export async function runGuest(
  image: Uint8Array,
  machine: keyof typeof machineFlags,
  processor = "max",
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
  const devices = ["-display", "none", "-serial", "stdio", "-no-reboot"];
  const exit = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"];
  const child = spawn(
    program,
    [...machineFlags[machine], ...flags, ...devices, ...exit, "-kernel", path],
    { stdio: ["ignore", "pipe", "inherit"], timeout: 20_000 },
  );
  const parts: Uint8Array[] = [];
  child.stdout.on("data", (part: Uint8Array) => parts.push(part));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  rmSync(folder, { recursive: true });
  return { output: Buffer.concat(parts), status };
}
