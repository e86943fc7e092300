/** Disks that firmware boots: every format, every firmware, every machine. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "../../src/engine/build.ts";
import { diskFormats, diskImage } from "../../src/image/disk/disk-image.ts";
import { bootDisk, firmwares, missingFor } from "./machine.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
const diskPath = (format: string) => join(folder, `disk.${format}`);
const controlPath = join(folder, "control");
const options = { timeout: 120_000 };
const machines = ["q35", "pc"] as const;

const program = `
  let table = new Uint32Array(1 << 20);
  table[table.length - 1] = 42;
  console.log("hello from a disk to " + process.argv[1]);
  process.exit(table[table.length - 1]);
`;
const said = "hello from a disk to you\n";

/** It has waited before it says so: the kernel listens to the button from the first time on. */
const waitingProgram = `
#include <stdio.h>
#include <time.h>
#include <unistd.h>
int main(void) {
  struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
  char byte;
  nanosleep(&moment, NULL);
  write(1, "waiting\\n", 8);
  return (int)read(0, &byte, 1);
}
`;

/** Ends with 0 if there is a network device that works. */
const networkProgram = `
  @external("wasi_snapshot_preview1", "sock_open")
  declare function open(family: i32, type: i32, result: usize): i32;
  process.exit(open(1, 2, memory.data(4)));
`;

const anyMissing = missingFor("BIOS");

async function imageOf(name: string, source: string): Promise<Uint8Array> {
  writeFileSync(join(folder, name), source);
  const { image } = await build({
    sources: [name],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: folder,
    environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
    platform: "pc",
    bootsFromDisk: true,
    defaults: { arguments: ["app", "you"], environment: [] },
  });
  return image;
}

beforeAll(async () => {
  if (anyMissing !== "") return;
  const image = await imageOf("app.as.ts", program);
  const waiting = await imageOf("waiting.c", waitingProgram);
  const network = await imageOf("network.as.ts", networkProgram);
  writeFileSync(join(folder, "app.elf"), image);
  writeFileSync(diskPath("network"), diskImage(network, "raw"));
  writeFileSync(diskPath("waiting"), diskImage(waiting, "raw"));
  for (const format of diskFormats) {
    writeFileSync(diskPath(format), diskImage(image, format));
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe.each(firmwares)("a disk booted by %s", (firmware) => {
  const missing = missingFor(firmware);
  const cases = machines.flatMap((machine) => diskFormats.map((format) => ({ machine, format })));
  describe.skipIf(missing !== "")(`in QEMU${missing}`, options, () => {
    test.each(cases)("runs from $format on $machine", async ({ machine, format }) => {
      const parts = { machine, firmware, diskPath: diskPath(format), format, controlPath };
      const ending = await bootDisk({ ...parts, memoryMebibytes: firmware === "UEFI" ? 128 : 16 });
      expect(ending.output.endsWith(said)).toBe(true);
      expect(ending.status).toBe(42);
    });

    // UEFI places 64-bit registers far above 4 GiB, the BIOS below.
    test("takes a network device into use, wherever its registers were put", async () => {
      const device = ["-device", "virtio-net-pci,netdev=network,disable-legacy=on"];
      const ending = await bootDisk({
        machine: "q35",
        firmware,
        diskPath: diskPath("network"),
        format: "raw",
        controlPath,
        memoryMebibytes: 128,
        devices: ["-netdev", "user,id=network", ...device],
      });
      expect(ending.status).toBe(0);
    });
  });
});

describe.skipIf(anyMissing !== "")(`a disk in QEMU${anyMissing}`, options, () => {
  test.each(machines)("is stopped by the power button of %s", async (machine) => {
    const { output, status } = await bootDisk({
      machine,
      firmware: "BIOS",
      diskPath: diskPath("waiting"),
      format: "raw",
      controlPath,
      memoryMebibytes: 16,
      pressAfter: "waiting\n",
    });
    expect([output, status]).toEqual(["waiting\n", 143]);
  });

  test("says so when there is too little memory to load the image", async () => {
    const { output, qemuStatus } = await bootDisk({
      machine: "pc",
      firmware: "BIOS",
      diskPath: diskPath("raw"),
      format: "raw",
      controlPath,
      memoryMebibytes: 2,
    });
    expect(output).toMatch(/^tsuki: too little memory: .*\r\n$/);
    expect(qemuStatus).toBe(3);
  });
});

const discMaker = "grub-mkrescue";
const tools = [discMaker, "xorriso", "mformat"];
const missingTools = tools.filter((tool) => spawnSync("which", [tool]).status !== 0);
const needed = missingTools.length === 0 ? anyMissing : ` (needs ${missingTools.join(", ")})`;

describe.skipIf(needed !== "")(`GRUB${needed}`, options, () => {
  test("boots the ELF file by its Multiboot 2 header", async () => {
    const tree = join(folder, "tree", "boot", "grub");
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(folder, "tree", "app.elf"), readFileSync(join(folder, "app.elf")));
    writeFileSync(join(tree, "grub.cfg"), "multiboot2 /app.elf from grub\nboot\n");
    const isoPath = join(folder, "grub.iso");
    const made = spawnSync(discMaker, ["-o", isoPath, join(folder, "tree")]);
    expect(made.status).toBe(0);
    const { output, status } = await bootDisk({
      machine: "q35",
      firmware: "BIOS",
      diskPath: isoPath,
      format: "iso",
      controlPath,
      memoryMebibytes: 64,
    });
    expect([output, status]).toEqual([said, 42]);
  });
});
