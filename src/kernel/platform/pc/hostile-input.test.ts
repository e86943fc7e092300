import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../../contracts/wasi-preview1.ts";
import { InstanceExit } from "../../../simulator/exit.ts";
import { encodeLaunchRecord } from "../../../simulator/launch-record.ts";
import type { PcMachine } from "../../../simulator/pc/pc-machine.ts";
import { startInfoAddress } from "../../../simulator/pc/start-info.ts";
import { bootPc, callPc, createPc, encodeFrame, exitStatusOf, startInfo } from "./pc.fixture.ts";

// Whatever firmware, monitor or channel say, the kernel never traps: it boots, or it says in one
// line why not. The seed of a failure is printed by fast-check.

/** All of the window, so that every address that the kernel may look at is there. */
const window = new WebAssembly.Memory({ initial: 65_536 });

const addresses = fc.oneof(
  fc.constantFrom(0n, 1n, 0xffff_ffffn, 0x1_0000_0000n, 0xffff_ffff_ffff_ffffn),
  fc.bigInt({ min: 0n, max: 0x1_0000_0010n }),
  fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  fc.constantFrom(BigInt(startInfoAddress), 0x14_0000n, 0x10_0000n, 0x11_f000n),
);

const counts = fc.oneof(fc.nat(4), fc.constantFrom(127, 128, 129, 0xffff_ffff));

const memoryRanges = fc.record({
  start: addresses,
  lengthBytes: addresses,
  type: fc.constantFrom(0, 1, 1, 1, 2, 0xffff_ffff),
});

/** Asks for what comes with the record, which may end the instance, but with a word. */
function useRecord(pc: PcMachine): void {
  try {
    callPc(pc, "args_sizes_get", 0, 4);
  } catch (error) {
    expect(error).toBeInstanceOf(InstanceExit);
  }
}

describe("a hostile start_info", () => {
  it("never traps the kernel", () => {
    const fields = fc.record({
      record: fc.oneof(fc.constant(BigInt(startInfoAddress)), addresses),
      version: fc.constantFrom(0, 1, 2, 0xffff_ffff),
      modules: counts,
      moduleList: fc.oneof(fc.constant(undefined), addresses),
      commandLine: fc.oneof(fc.constant(undefined), addresses),
      map: fc.oneof(fc.constant(undefined), addresses),
      mapEntries: fc.oneof(fc.constant(undefined), counts),
      module: fc.oneof(fc.constant(undefined), fc.tuple(addresses, addresses)),
      memoryMap: fc.array(memoryRanges, { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fields, (given) => {
        const { memoryMap } = given;
        const pc = createPc({ memory: window, startInfo: startInfo({ memoryMap }) });
        const view = new DataView(window.buffer, startInfoAddress, 4096);
        view.setUint32(4, given.version, true);
        view.setUint32(12, given.modules, true);
        if (given.moduleList !== undefined) view.setBigUint64(16, given.moduleList, true);
        if (given.commandLine !== undefined) view.setBigUint64(24, given.commandLine, true);
        if (given.map !== undefined) view.setBigUint64(40, given.map, true);
        if (given.mapEntries !== undefined) view.setUint32(48, given.mapEntries, true);
        if (given.module !== undefined) {
          view.setBigUint64(64, given.module[0], true);
          view.setBigUint64(72, given.module[1], true);
        }
        pc.boot(given.record);
        useRecord(pc);
        expect(pc.trapReport).toBe("");
        expect([0, 125]).toContain(exitStatusOf(pc));
      }),
      { numRuns: 100 },
    );
  });

  it("never traps the kernel, byte by byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(300), (bytes, offset) => {
        const pc = createPc({ memory: window });
        new Uint8Array(window.buffer).set(bytes, startInfoAddress + 4 + offset);
        pc.boot();
        useRecord(pc);
        expect(pc.trapReport).toBe("");
        expect([0, 125]).toContain(exitStatusOf(pc));
      }),
      { numRuns: 100 },
    );
  });
});

describe("a hostile command line", () => {
  it("never traps the kernel", () => {
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom("tsuki.time=", "tsuki.time", "=", " ", "tsuki.time=18446744073709551616"),
      fc.bigInt().map((value) => `tsuki.time=${value}`),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (parts) => {
        const commandLine = parts.join(" ").slice(0, 6000);
        const pc = bootPc({ startInfo: startInfo({ commandLine }) });
        useRecord(pc);
        expect(pc.trapReport).toBe("");
        expect([0, 125]).toContain(exitStatusOf(pc));
      }),
    );
  });
});

describe("a hostile launch record", () => {
  it("never traps the kernel, and gives all its strings or none", () => {
    const valid = encodeLaunchRecord(["app", "argument"], ["A=1", "B="]);
    const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(changes, fc.nat(valid.length), fc.uint8Array(), (edits, length, tail) => {
        const launchRecord = new Uint8Array([...valid.slice(0, length), ...tail]);
        for (const [place, value] of edits) launchRecord[place] = value;
        const pc = bootPc({ startInfo: startInfo({ launchRecord }) });
        expect(pc.trapReport).toBe("");
        for (const family of ["args", "environ"]) {
          expect(callPc(pc, `${family}_sizes_get`, 0, 4)).toBe(wasiErrors.success);
          expect([wasiErrors.success, wasiErrors.fault]).toContain(
            callPc(pc, `${family}_get`, 64, 1024),
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("a hostile control channel", () => {
  it("never traps the kernel, whatever bytes come", () => {
    const frames = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .tuple(fc.constantFrom(0, 1, 1, 2, 5, 6, 16, 17, 255), fc.uint8Array({ maxLength: 6000 }))
        .map(([kind, payload]) => encodeFrame(kind, payload)),
    );
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 8 }), (list) => {
        const pc = bootPc();
        for (const frame of list) pc.control.receive(frame);
        const view = new DataView(pc.machine.appMemory.bytes().buffer);
        view.setUint32(64, 2048, true);
        view.setUint32(68, 4096, true);
        callPc(pc, "fd_fdstat_set_flags", 0, 4);
        for (let round = 0; round < 40; round++) {
          try {
            const error = callPc(pc, "fd_read", 0, 64, 1, 32);
            expect([wasiErrors.success, wasiErrors.again]).toContain(error);
          } catch (error) {
            // A stop frame among the bytes is obeyed.
            expect(error).toBeInstanceOf(InstanceExit);
            expect(exitStatusOf(pc)).toBe(143);
            return;
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
