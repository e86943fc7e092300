import { describe, expect, it } from "vitest";
import { readElf } from "../../src/image/elf/reader.ts";
import { hasQemu, machineFlags, runGuest } from "../../src/image/pc/machine.fixture.ts";
import { makeSmallestGuest } from "./smallest-guest.ts";

describe("makeSmallestGuest", () => {
  it("is an ELF file of a few hundred bytes with a PVH entry", () => {
    const image = makeSmallestGuest();
    expect(image.length).toBeLessThan(400);
    expect(readElf(image).pvhEntry).toBe(0x10_0000);
  });

  const machines = Object.keys(machineFlags) as (keyof typeof machineFlags)[];
  it.skipIf(!hasQemu).each(machines)("prints and ends on %s", async (machine) => {
    const { output, status } = await runGuest(makeSmallestGuest("tick\n"), machine);
    expect(Buffer.from(output).toString()).toBe("tick\n");
    expect(status).toBe(1);
  });
});
