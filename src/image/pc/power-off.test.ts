import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildProgram } from "../build.ts";
import { hasQemu, ordinaryMachines, runMachine } from "./machine.fixture.ts";

/** An app of one page of memory that does nothing: `(module (memory 1))`. */
const idleApp = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1);

let image = new Uint8Array();
let imageOfDisk = new Uint8Array();
beforeAll(async () => {
  const request = {
    platform: "pc",
    kernel: readFileSync("dist/kernel.wasm"),
    app: idleApp,
  } as const;
  image = Uint8Array.from(await buildProgram(request));
  imageOfDisk = Uint8Array.from(await buildProgram({ ...request, bootsFromDisk: true }));
});

describe.skipIf(!hasQemu)("the end of an instance (needs qemu-system-x86_64)", () => {
  it.each(Object.entries(ordinaryMachines))(
    "ends an ordinary %s, which has no device of QEMU's for that",
    async (_name, machine) => {
      const { status } = await runMachine(image, machine);
      expect(status).toBe(0);
    },
  );

  it.each(Object.entries(ordinaryMachines))(
    "powers an ordinary %s off by ACPI, instead of resetting it",
    async (_name, machine) => {
      const { status } = await runMachine(imageOfDisk, machine, "max", true);
      expect(status).toBe(0);
    },
  );
});
