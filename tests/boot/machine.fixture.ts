/** Machines that boot from disks, as firmware does it. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import { GuestFrameReader } from "../../src/monitors/frames.ts";

const exitFrameBytes = 8;
const program = "qemu-system-x86_64";

/** What boots the machine; OVMF's variables come from the same folder. */
export const firmwares = ["BIOS", "UEFI"] as const;

/** The name of one kind of firmware. */
export type Firmware = (typeof firmwares)[number];

const uefiCode = ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd"].find(
  existsSync,
);

/** What of these machines is missing, in brackets for a title; nothing when all is there. */
export function missingFor(firmware: Firmware): string {
  if (spawnSync(program, ["--version"]).status !== 0) return " (needs qemu-system-x86_64)";
  return firmware === "UEFI" && uefiCode === undefined ? " (needs OVMF: Debian's ovmf)" : "";
}

/** How a machine ended. */
export interface Ending {
  /** What the first serial port said. */
  readonly output: string;
  /** What the instance said of itself on the control channel; undefined when it said nothing. */
  readonly status: number | undefined;
  /** QEMU's own: 3 from a loader that gives up. */
  readonly qemuStatus: number | null;
}

/** What is put into a machine. */
export interface MachineParts {
  readonly machine: "q35" | "pc";
  readonly firmware: Firmware;
  readonly diskPath: string;
  readonly format: "raw" | "qcow2" | "iso";
  readonly memoryMebibytes: number;
  /** Where the control channel's bytes go. */
  readonly controlPath: string;
  /** Further words of QEMU's. */
  readonly devices?: readonly string[];
  /** When this has been said, the power button is pressed. */
  readonly pressAfter?: string;
}

/** Boots a machine from a disk and waits for its end. */
export async function bootDisk(parts: MachineParts): Promise<Ending> {
  const isDisc = parts.format === "iso";
  const drive = `if=none,id=disk,readonly=on,file=${parts.diskPath}`;
  const media = isDisc ? ",format=raw,media=cdrom" : `,format=${parts.format},snapshot=on`;
  const words = [
    ...["-M", parts.machine, "-accel", "tcg,thread=single", "-cpu", "max"],
    ...["-m", `${parts.memoryMebibytes}M`, "-nodefaults", "-no-user-config", "-no-reboot"],
    ...["-display", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ...["-serial", "stdio", "-serial", `file:${parts.controlPath}`],
    ...["-chardev", "socket,id=monitor,fd=3", "-mon", "chardev=monitor"],
    ...(parts.firmware === "UEFI" ? uefiFlash() : []),
    ...["-drive", (isDisc ? drive : drive.replace(",readonly=on", "")) + media],
    ...["-device", `ide-${isDisc ? "cd" : "hd"},drive=disk`, ...(parts.devices ?? [])],
  ];
  const child = spawn(program, words, {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    timeout: 90_000,
  });
  const output: Buffer[] = [];
  const monitor = child.stdio[3];
  monitor?.on("error", () => {});
  let isPressed = false;
  child.stdout?.on("data", (part: Buffer) => {
    output.push(part);
    const said = Buffer.concat(output).toString("latin1");
    if (isPressed || parts.pressAfter === undefined || !said.includes(parts.pressAfter)) return;
    isPressed = true;
    if (monitor instanceof Duplex) monitor.write("system_powerdown\n");
  });
  const qemuStatus = await new Promise<number | null>((settle, reject) => {
    child.once("error", reject);
    child.once("close", settle);
  });
  const status = statusIn(readFileSync(parts.controlPath));
  return { output: Buffer.concat(output).toString("latin1"), status, qemuStatus };
}

function uefiFlash(): readonly string[] {
  const code = uefiCode ?? "";
  const variables = code.replace("OVMF_CODE", "OVMF_VARS");
  return [
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${code}`],
    ...["-drive", `if=pflash,format=raw,snapshot=on,file=${variables}`],
  ];
}

function statusIn(control: Uint8Array): number | undefined {
  // In front of the last frame there may be what UEFI says on all serial ports.
  const [last] = new GuestFrameReader().push(control.subarray(-exitFrameBytes));
  return last?.kind === "exitStatus" ? last.status : undefined;
}
