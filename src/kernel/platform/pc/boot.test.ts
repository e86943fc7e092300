import { describe, expect, it } from "vitest";
import { appBase } from "../../../contracts/machine-interface.ts";
import { InstanceExit } from "../../../simulator/exit.ts";
import { encodeLaunchRecord } from "../../../simulator/launch-record.ts";
import type { PcMachine } from "../../../simulator/pc/pc-machine.ts";
import type { Hypervisor } from "../../../simulator/pc/processor.ts";
import {
  bootPc,
  callPc,
  createPc,
  encodeFrame,
  errorTextOf,
  exitStatusOf,
  findMemory,
  framesOf,
  memoryMapTo,
  startInfo,
} from "./pc.fixture.ts";

function viewOf(pc: PcMachine): DataView {
  return new DataView(pc.machine.appMemory.bytes().buffer);
}

function putVector(pc: PcMachine, text: string): void {
  const bytes = new TextEncoder().encode(text);
  pc.machine.appMemory.bytes().set(bytes, 1024);
  viewOf(pc).setUint32(64, 1024, true);
  viewOf(pc).setUint32(68, bytes.length, true);
}

function time(pc: PcMachine, clock: number): bigint {
  expect(callPc(pc, "clock_time_get", clock, 0n, 8)).toBe(0);
  return viewOf(pc).getBigUint64(8, true);
}

describe("boot in a virtual machine", () => {
  it("runs the app, says that it listens and sends its exit status as the last frame", () => {
    const pc = bootPc();
    expect(exitStatusOf(pc)).toBe(0);
    expect(framesOf(pc).map(({ kind }) => kind)).toEqual([18, 17]);
    expect(pc.console.sent).toEqual([]);
  });

  it("takes arguments and environment from the launch record", () => {
    const pc = bootPc();
    expect(callPc(pc, "args_sizes_get", 0, 4)).toBe(0);
    expect([viewOf(pc).getUint32(0, true), viewOf(pc).getUint32(4, true)]).toEqual([2, 8]);
    expect(callPc(pc, "environ_get", 0, 16)).toBe(0);
    const bytes = pc.machine.appMemory.bytes().slice(16, 20);
    expect(new TextDecoder().decode(bytes)).toBe("A=1\0");
  });

  it("has no arguments when the record is malformed or missing", () => {
    const cut = encodeLaunchRecord(["app", "one"], []).slice(0, -3);
    for (const launchRecord of [new Uint8Array(0), new Uint8Array(60), cut]) {
      const pc = bootPc({ startInfo: startInfo({ launchRecord }) });
      expect(callPc(pc, "args_sizes_get", 0, 4)).toBe(0);
      expect(viewOf(pc).getUint32(0, true)).toBe(0);
    }
  });

  it("needs no more than 1.5 MiB", () => {
    const memoryMap = memoryMapTo(0x18_0000);
    const pc = bootPc({ startInfo: startInfo({ memoryMap }) });
    expect(exitStatusOf(pc)).toBe(0);
    expect(callPc(pc, "pageFault", appBase, 2)).toBe(1);
  });

  const failures = [
    ["the record is not there", 0n, memoryMapTo(0x20_0000)],
    ["the record is something else", 0x1_0000n, memoryMapTo(0x20_0000)],
    ["the memory map is empty", undefined, []],
    ["memory ends in the image", undefined, memoryMapTo(0x11_0000)],
  ] as const;
  it.each(failures)("ends when memory is needed but %s", (_what, record, memoryMap) => {
    const pc = createPc({ startInfo: startInfo({ memoryMap }) });
    pc.boot(record);
    expect(() => findMemory(pc)).toThrow(InstanceExit);
    expect(errorTextOf(pc)).toBe(
      "tsuki: no memory: start the image by PVH, Multiboot 2 or Linux's 64-bit entry\n",
    );
    expect(exitStatusOf(pc)).toBe(125);
  });

  it("ends with 137 when memory does not suffice for a page", () => {
    const memoryMap = [{ start: 0x12_0000n, lengthBytes: 0x2000n, type: 1 }];
    const pc = bootPc({ startInfo: startInfo({ memoryMap }) });
    expect(() => callPc(pc, "pageFault", appBase, 2)).toThrow(InstanceExit);
    expect(errorTextOf(pc)).toMatch(/^tsuki: out of memory/);
    expect(exitStatusOf(pc)).toBe(137);
  });
});

describe("the streams of a virtual machine", () => {
  it("are COM1 for output and frames for errors, sixteen bytes at a time", () => {
    const pc = bootPc();
    putVector(pc, "x".repeat(10_000));
    expect(callPc(pc, "fd_write", 1, 64, 1, 32)).toBe(0);
    expect(callPc(pc, "fd_write", 2, 64, 1, 32)).toBe(0);
    expect(pc.console.sent).toHaveLength(10_000);
    expect(errorTextOf(pc)).toBe("x".repeat(10_000));
    expect(pc.console.overruns + pc.control.overruns).toBe(0);
  });

  it("are one where there is no control channel", () => {
    const pc = bootPc({ hasControlChannel: false });
    putVector(pc, "error\n");
    expect(callPc(pc, "fd_write", 2, 64, 1, 32)).toBe(0);
    expect(String.fromCharCode(...pc.console.sent)).toBe("error\n");
  });

  it("lose output rather than wait for ever for a stuck port", () => {
    const pc = bootPc();
    pc.console.isStuck = true;
    putVector(pc, "lost");
    expect(callPc(pc, "fd_write", 1, 64, 1, 32)).toBe(0);
    expect(callPc(pc, "fd_write", 1, 64, 1, 32)).toBe(0);
    expect(pc.console.sent).toEqual([]);
  });
});

/** Reads standard input once, at most `capacity` bytes. */
function read(pc: PcMachine, capacity = 100): string {
  viewOf(pc).setUint32(64, 2048, true);
  viewOf(pc).setUint32(68, capacity, true);
  expect(callPc(pc, "fd_read", 0, 64, 1, 32)).toBe(0);
  const length = viewOf(pc).getUint32(32, true);
  return new TextDecoder().decode(pc.machine.appMemory.bytes().slice(2048, 2048 + length));
}

describe("standard input of a virtual machine", () => {
  it("comes in frames and ends with one", () => {
    const pc = bootPc();
    pc.control.receive(encodeFrame(1, "hello "));
    pc.control.receive(encodeFrame(1, "world"));
    pc.control.receive(encodeFrame(2));
    expect(read(pc)).toBe("hello world");
    expect(read(pc)).toBe("");
    expect(read(pc)).toBe("");
  });

  it("waits on the monitor's side while one page is full", () => {
    const pc = bootPc();
    const payload = "0123456789abcdef".repeat(256);
    for (let count = 0; count < 4; count++) pc.control.receive(encodeFrame(1, payload));
    pc.control.receive(encodeFrame(2));
    expect(read(pc, 1)).toBe("0");
    expect(pc.control.waitingBytes).toBeGreaterThan(3 * 4096);
    let all = "0";
    for (let part = read(pc, 1000); part !== ""; part = read(pc, 1000)) all += part;
    expect(all).toBe(payload.repeat(4));
  });

  it("ignores frames of unknown kinds", () => {
    const pc = bootPc();
    pc.control.receive(encodeFrame(99, "noise"));
    pc.control.receive(encodeFrame(1, "x"));
    expect(read(pc)).toBe("x");
  });

  it("ends where a frame's length is impossible", () => {
    const pc = bootPc();
    pc.control.receive(Uint8Array.of(1, 0, 0x01, 0x10, 65, 66));
    expect(read(pc)).toBe("");
  });

  it("lets a stop frame end the app with 143", () => {
    const pc = bootPc();
    pc.control.receive(encodeFrame(3));
    expect(() => callPc(pc, "sched_yield")).toThrow(InstanceExit);
    expect(exitStatusOf(pc)).toBe(143);
  });
});

const longestWait = 60_000_000_000n;

const hypervisors: readonly Hypervisor[] = ["kvm", "tcg", "frequency-leaf", "none"];

const clocks = hypervisors.flatMap((hypervisor) =>
  [false, true].map((hasTimestampTimer) => ({ hypervisor, hasTimestampTimer })),
);

describe.each(clocks)("the clock of $hypervisor, timestamp timer $hasTimestampTimer", (clock) => {
  it("keeps time without ever waiting for it", () => {
    const pc = bootPc(clock);
    expect(pc.clock.monotonicTime()).toBeLessThan(10_000n);
    const start = time(pc, 1) - pc.clock.monotonicTime();
    let worst = 0;
    for (const step of [10n, 50_000n, 3_000_000n, 200_000_000n, 90_000_000_000n, 1n]) {
      pc.clock.advance(step);
      const shown = time(pc, 1) - start;
      worst = Math.max(worst, Math.abs(Number(shown - pc.clock.monotonicTime())));
    }
    // The measuring clock counts in steps of 16 ns, and 90 s at its accuracy are some microseconds.
    expect(worst).toBeLessThan(100_000);
  });

  it("never goes back", () => {
    const pc = bootPc(clock);
    let before = time(pc, 1);
    for (let step = 0; step < 2000; step++) {
      pc.clock.advance(BigInt(step * step));
      const now = time(pc, 1);
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
  });

  it("wakes at deadlines, and for input before them", () => {
    const pc = bootPc(clock);
    const view = viewOf(pc);
    const begin = time(pc, 1);
    for (const [timeout, receive] of [
      [1_000_000n, false],
      [70_000_000_000n, false],
      [5_000_000n, true],
    ] as const) {
      const earlier = pc.clock.monotonicTime();
      const earlierWaits = pc.processor.waits;
      view.setUint8(1024 + 8, 0);
      view.setUint32(1024 + 16, 1, true);
      view.setBigUint64(1024 + 24, timeout, true);
      view.setUint16(1024 + 40, 0, true);
      view.setUint8(1072 + 8, 1);
      view.setUint32(1072 + 16, 0, true);
      if (receive) pc.control.receive(encodeFrame(1, "x"));
      expect(callPc(pc, "poll_oneoff", 1024, 4096, 2, 32)).toBe(0);
      const waited = pc.clock.monotonicTime() - earlier;
      expect(view.getUint8(4096 + 10)).toBe(receive ? 1 : 0);
      if (!receive) expect(Number(waited - timeout)).toBeLessThan(1_000_000);
      if (receive) expect(waited).toBeLessThan(1_000_000n);
      // A timer holds 60 s; beyond that nothing ticks. A clock that is measured cannot halt at once.
      // One that was set for an earlier deadline wakes once in vain.
      expect(pc.processor.waits - earlierWaits).toBeLessThanOrEqual(timeout > longestWait ? 3 : 2);
    }
    expect(time(pc, 1)).toBeGreaterThan(begin);
  });
});

describe("the wall clock of a virtual machine", () => {
  const launch = 1_700_000_000_000_000_000n;
  const told = 1_650_000_000_000_000_000n;
  const answerLimit = 110_000_000n;
  const seconds = (value: bigint): bigint => value / 1_000_000_000n;

  function timeFrame(value: bigint): Uint8Array {
    const payload = new Uint8Array(8);
    new DataView(payload.buffer).setBigUint64(0, value, true);
    return encodeFrame(4, payload);
  }

  it("is the monitor's, who is asked once", () => {
    const pc = bootPc();
    pc.control.receive(encodeFrame(1, "input"));
    pc.control.receive(timeFrame(told));
    expect(time(pc, 0) - told).toBeLessThan(100_000n);
    pc.clock.advance(5_000_000_000n);
    expect(seconds(time(pc, 0) - told)).toBe(5n);
    expect(framesOf(pc).filter(({ kind }) => kind === 19)).toHaveLength(1);
    expect(read(pc)).toBe("input");
  });

  it.each([true, false])(
    "comes on the command line when nobody answers (control channel: %s)",
    (hasControlChannel) => {
      const commandLine = "quiet tsuki.time=1600000000000000007 tsuki.times=5";
      const pc = bootPc({ hasControlChannel, startInfo: startInfo({ commandLine }) });
      const shown = time(pc, 0) - 1_600_000_000_000_000_007n;
      expect(shown).toBeGreaterThanOrEqual(0n);
      expect(shown).toBeLessThan(answerLimit);
    },
  );

  it("is never earlier than the real-time clock's", () => {
    const commandLine = "tsuki.time=1600000000000000007";
    const pc = bootPc({ startInfo: startInfo({ commandLine }), hasRealTimeClock: true });
    expect(seconds(time(pc, 0))).toBe(seconds(launch));
  });

  it.each(["xtsuki.time=5", ""])(
    "is the real-time clock's when the command line is %j",
    (commandLine) => {
      const pc = bootPc({ startInfo: startInfo({ commandLine }), hasRealTimeClock: true });
      expect(seconds(time(pc, 0))).toBe(seconds(launch));
    },
  );

  it("is KVM's where there is KVM", () => {
    const pc = bootPc({ hypervisor: "kvm" });
    pc.control.receive(timeFrame(told));
    expect(time(pc, 0) - launch).toBeLessThan(10_000n);
  });
});
