import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { buildProgram } from "../../src/image/build.ts";
import { compileKernelPart } from "../../src/kernel/kernel-part.fixture.ts";

const program = "qemu-system-x86_64";

/** `(module (import "wasi_snapshot_preview1" "fd_read" ...) (memory 1))`: it has devices found. */
const app = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 9, 1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f],
  ...[2, 0x22, 1, 0x16, ...Buffer.from("wasi_snapshot_preview1")],
  ...[7, ...Buffer.from("fd_read"), 0, 0],
  ...[5, 3, 1, 0, 1],
]);

/** The image of the guest that uses its devices. */
export async function buildGuest(): Promise<Uint8Array> {
  const kernel = await compileKernelPart("tests/virtio/guest.fixture.as.ts");
  return await buildProgram({ platform: "pc", kernel, app });
}

/** What came of a guest. */
export interface GuestResult {
  /** On COM1. */
  readonly said: string;
  readonly disk: Uint8Array;
  /** QEMU's: 1 when the guest ended the machine. */
  readonly status: number | null;
}

/** Runs an image in QEMU without hardware help until it ends. */
export async function runGuest(
  image: Uint8Array,
  disk: Uint8Array,
  machine: (diskPath: string) => readonly string[],
  memoryMebibytes = 32,
): Promise<GuestResult> {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-virtio-"));
  const imagePath = join(folder, "image");
  const diskPath = join(folder, "disk");
  writeFileSync(imagePath, image);
  writeFileSync(diskPath, disk);
  const flags = [
    ...["-accel", "tcg,thread=single", "-cpu", "max", "-m", `${memoryMebibytes}`, "-nodefaults"],
    ...["-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", imagePath],
  ];
  const child = spawn(program, [...machine(diskPath), ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 18_000,
  });
  try {
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const said = await text(child.stdout);
    return { said, status: await ended, disk: readFileSync(diskPath) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
