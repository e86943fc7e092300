import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../build.ts";
import { readElf } from "../elf/reader.ts";
import { checkAllowedCalls } from "./allowed-calls.ts";
import { solo5Parts } from "./headers.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const zeroes = (count: number) => "00".repeat(count);

// Solo5's elf_abi.h and mft_abi.h, written out: a note's sizes and type, its owner, its contents.
const abiNote = "060000001000000041424931536f6c6f3500000002000000020000000000000000000000";
const firstEntry = zeroes(68) + "00000040" + zeroes(32);
const networkEntry = "73657276696365" + zeroes(61) + "02000000" + zeroes(32);
const blockEntries = ["73746f72616765" + zeroes(61), "73746f7261676532" + zeroes(60)]
  .map((name) => `${name}01000000${zeroes(32)}`)
  .join("");
const manifestNote = (descriptionBytes: string, contents: string) =>
  `06000000${descriptionBytes}4d465431536f6c6f35000000${zeroes(4)}${contents}`;

describe("what Solo5's tenders read of a file", () => {
  it.each([
    [false, 0, manifestNote("74000000", `0100000001000000${firstEntry}`)],
    [true, 0, manifestNote("dc000000", `0100000002000000${firstEntry}${networkEntry}`)],
    [false, 2, manifestNote("44010000", `0100000003000000${firstEntry}${blockEntries}`)],
  ])(
    "are no interpreter and two notes; network %s, disks %i",
    (hasNetwork, diskCount, manifest) => {
      const [interpreter, abi, declared] = solo5Parts({ hasNetwork, diskCount });
      expect(interpreter?.type).toBe(3);
      expect(Buffer.from(interpreter?.bytes ?? []).toString()).toBe("/nonexistent/solo5/\0");
      expect([abi, declared].map((note) => note?.type)).toEqual([4, 4]);
      expect(hex(abi?.bytes ?? new Uint8Array(0))).toBe(abiNote);
      expect(hex(declared?.bytes ?? new Uint8Array(0))).toBe(manifest);
    },
  );

  it("are followed by segments as tenders load them", async () => {
    const { segments } = readElf(await buildHello());
    let end = 0x10_0000;
    for (const { address, memorySize, writable, executable } of segments) {
      expect(address - (address % 4096)).toBeGreaterThanOrEqual(end);
      expect(writable && executable).toBe(false);
      end = Math.ceil((address + memorySize) / 4096) * 4096;
    }
    // The least that tenders give is 2 MiB, and the next 3.
    expect(end).toBeLessThan(3 * 1024 * 1024);
  });

  it("are the same each time", async () => {
    expect(await buildHello()).toEqual(await buildHello());
  });
});

it("a program with other system calls than the tender allows is not packed", () => {
  expect(() => checkAllowedCalls([0, 1, 231])).not.toThrow();
  expect(() => checkAllowedCalls([1, 20, 318])).toThrow("20, 318");
});

/** The module of image/build.test.ts, which writes "hello". */
const hello = Buffer.from(
  "0061736d01000000010c0260047f7f7f7f017f60000002230116776173695f736e617073686f745f7072657669657731" +
    "0866645f77726974650000030201010503010001071302066d656d6f72790200065f737461727400010a0f010d" +
    "00410141104101410810001a0b0b19020041100b0820000000060000000041200b0668656c6c6f0a",
  "hex",
);

async function buildHello(): Promise<Uint8Array> {
  const kernel = readFileSync(new URL("../../../dist/kernel.wasm", import.meta.url));
  return await buildProgram({ platform: "solo5", kernel, app: hello });
}
