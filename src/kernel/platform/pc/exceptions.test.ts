import { describe, expect, it } from "vitest";
import { appBase } from "../../../contracts/machine-interface.ts";
import { InstanceExit } from "../../../simulator/exit.ts";
import { simulatedImage } from "../../../simulator/pc/pc-machine.ts";
import { bootPc, callPc, errorTextOf, exitStatusOf } from "./pc.fixture.ts";

const pageFault = 14;
const write = 2n;
const protection = 3n;

describe("a processor exception", () => {
  it("is retried after a first touch of app memory", () => {
    expect(callPc(bootPc(), "exception", pageFault, write, 0n, 0n, appBase + 8n)).toBe(1);
  });

  it.each([
    ["out of bounds memory access", pageFault, write, appBase + 0x1_0000n],
    ["call stack exhausted", pageFault, write, BigInt(simulatedImage.stackLow - 8)],
    ["unexpected processor exception at address 0x10", pageFault, write, 0x10n],
    ["unexpected processor exception", pageFault, protection, BigInt(simulatedImage.textStart)],
    ["unexpected processor exception", 13, 0n, 0n],
  ])("ends with the trap '%s'", (message, vector, errorCode, address) => {
    const pc = bootPc();
    const raise = (): unknown => callPc(pc, "exception", vector, errorCode, 4n, 0n, address);
    expect(raise).toThrow(InstanceExit);
    expect(errorTextOf(pc)).toContain(`tsuki: trap: ${message}`);
    expect(errorTextOf(pc)).toContain("    at 0x4\n");
    expect(exitStatusOf(pc)).toBe(134);
  });

  it("that is no page fault is named by its vector and error code", () => {
    const pc = bootPc();
    expect(() => callPc(pc, "exception", 13, 0x18n, 4n, 0n, 0n)).toThrow(InstanceExit);
    expect(errorTextOf(pc)).toContain("tsuki: exception 13, error code 0x18\n");
  });

  it("during a report powers off at once", () => {
    const pc = bootPc();
    const raise = (): unknown => callPc(pc, "exception", 13, 0n, 4n, 0n, 0n);
    expect(raise).toThrow(InstanceExit);
    const before = errorTextOf(pc);
    expect(raise).toThrow(InstanceExit);
    expect(errorTextOf(pc)).toBe(before);
  });
});
