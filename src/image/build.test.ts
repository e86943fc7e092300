import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultCodeOptions } from "../contracts/build.ts";
import { buildProgram } from "./build.ts";
import { findElfProblems } from "./elf/problems.ts";
import { readElf } from "./elf/reader.ts";
import { canRunProcesses, runProcess } from "./linux/process.fixture.ts";
import { hasQemu, machineFlags, runGuest } from "./pc/machine.fixture.ts";
import { processorRefusals } from "./processor-check.ts";

const kernelPath = new URL("../../dist/kernel.wasm", import.meta.url);

/**
 * (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
 * (memory (export "memory") 1)
 * (data (i32.const 16) "\20\00\00\00\06\00\00\00") (data (i32.const 32) "hello\n")
 * (func (export "_start")
 *   (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))))
 */
const hello = Buffer.from(
  "0061736d01000000010c0260047f7f7f7f017f60000002230116776173695f736e617073686f745f7072657669657731" +
    "0866645f77726974650000030201010503010001071302066d656d6f72790200065f737461727400010a0f010d" +
    "00410141104101410810001a0b0b19020041100b0820000000060000000041200b0668656c6c6f0a",
  "hex",
);

const build = (platform: "linux" | "pc") =>
  buildProgram({ platform, kernel: readFileSync(kernelPath), app: hello });

describe.skipIf(!existsSync(kernelPath))("buildProgram", () => {
  it("makes a small executable that Linux can map safely, the same each time", async () => {
    const image = await build("linux");
    expect(findElfProblems(readElf(image))).toEqual([]);
    expect(image.length).toBeLessThan(32 * 1024);
    expect(await build("linux")).toEqual(image);
  });

  it.skipIf(!canRunProcesses)("refuses a processor that lacks something", async () => {
    const image = Buffer.from(await build("linux"));
    // test ecx, SSE3 SSSE3 CMPXCHG16B SSE4.1 SSE4.2 POPCNT; bit 16 is no processor's.
    const level2 = Buffer.of(0xf7, 0xc1, 0x01, 0x22, 0x98, 0x00);
    const at = image.indexOf(level2);
    expect(image.indexOf(level2, at + 1)).toBe(-1);
    image[at + 4] = 0x99;
    const { status, stderr } = runProcess(image);
    expect(stderr.toString()).toBe(`tsuki: ${processorRefusals.v2}\n`);
    expect(status).toBe(125);
  });

  it.skipIf(!canRunProcesses)("refuses a system that does not save all registers", async () => {
    const code = { ...defaultCodeOptions, cpu: "v3" } as const;
    const app = { kernel: readFileSync(kernelPath), app: hello };
    const image = Buffer.from(await buildProgram({ platform: "linux", code, ...app }));
    // test eax, x87 SSE AVX; bit 8 is no state of XCR0's.
    const states = Buffer.of(0xf7, 0xc0, 0x07, 0, 0, 0);
    const at = image.indexOf(states);
    expect(image.indexOf(states, at + 1)).toBe(-1);
    image[at + 3] = 1;
    const { status, stderr } = runProcess(image);
    expect(stderr.toString()).toBe(`tsuki: ${processorRefusals.v3}\n`);
    expect(status).toBe(125);
  });

  it.skipIf(!canRunProcesses)("makes a process that prints and ends", async () => {
    const { status, stdout } = runProcess(await build("linux"));
    expect(stdout.toString()).toBe("hello\n");
    expect(status).toBe(0);
  });

  it("makes an image with a PVH entry, code and data apart", async () => {
    const image = await build("pc");
    const { pvhEntry, segments } = readElf(image);
    const code = segments.filter(({ executable }) => executable);
    expect(image.length).toBeLessThan(64 * 1024);
    expect(code).toHaveLength(1);
    expect(code[0]?.writable).toBe(false);
    expect(pvhEntry).toBeGreaterThanOrEqual(code[0]?.address ?? 0);
  });

  const machines = Object.keys(machineFlags) as (keyof typeof machineFlags)[];
  it.skipIf(!hasQemu).each(machines)("makes a guest that prints on %s", async (machine) => {
    const { output } = await runGuest(await build("pc"), machine);
    expect(Buffer.from(output).toString()).toBe("hello\n");
  });
});
