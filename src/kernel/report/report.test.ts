import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameKinds } from "../../contracts/control-channel.ts";
import { healthLayout, metricsFields, metricsLayout } from "../../contracts/instance-report.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { InstanceExit } from "../../simulator/exit.ts";
import type { PcMachine } from "../../simulator/pc/pc-machine.ts";
import { LinuxProcess } from "../platform/linux/linux.fixture.ts";
import { bootPc, callPc, encodeFrame, type Frame, framesOf } from "../platform/pc/pc.fixture.ts";

const { healthRequest, metricsRequest } = frameKinds;
const states = { starting: 0, ready: 1 } as const;

/** A busy kernel looks at its control channel now and then. */
const roundsToLook = 16;

function serve(pc: PcMachine): void {
  for (let round = 0; round < roundsToLook; round++) callPc(pc, "sched_yield");
}

function answerTo(pc: PcMachine, kind: number): Frame | undefined {
  const before = framesOf(pc).length;
  pc.control.receive(encodeFrame(kind));
  serve(pc);
  return framesOf(pc)[before];
}

function stateIn(frame: Frame | undefined): number {
  expect(frame?.kind).toBe(frameKinds.health);
  expect(frame?.payload).toHaveLength(healthLayout.bytes);
  const view = new DataView(frame?.payload.buffer ?? new ArrayBuffer(0));
  expect(view.getUint16(0, true)).toBe(1);
  return view.getUint16(healthLayout.state, true);
}

/** The numbers of a metrics frame without devices. */
function metricsIn(frame: Frame | undefined): Record<(typeof metricsFields)[number], number> {
  expect(frame?.kind).toBe(frameKinds.metrics);
  expect(frame?.payload).toHaveLength(metricsLayout.headerBytes);
  const view = new DataView(frame?.payload.buffer ?? new ArrayBuffer(0));
  expect(view.getBigUint64(0, true)).toBe(1n);
  const pairs = metricsFields.map((name, index) => [
    name,
    Number(view.getBigUint64(8 + index * 8, true)),
  ]);
  return Object.fromEntries(pairs) as Record<(typeof metricsFields)[number], number>;
}

/** Waits for so many nanoseconds. */
function wait(pc: PcMachine, nanoseconds: bigint): void {
  const view = new DataView(pc.machine.appMemory.bytes().buffer);
  view.setUint8(1024 + 8, 0);
  view.setUint32(1024 + 16, 1, true);
  view.setBigUint64(1024 + 24, nanoseconds, true);
  view.setUint16(1024 + 40, 0, true);
  expect(callPc(pc, "poll_oneoff", 1024, 4096, 1, 32)).toBe(0);
}

describe("a machine that is asked how it is", () => {
  it("is starting until it first waits, then ready", () => {
    const pc = bootPc();
    expect(stateIn(answerTo(pc, healthRequest))).toBe(states.starting);
    wait(pc, 1_000n);
    expect(stateIn(answerTo(pc, healthRequest))).toBe(states.ready);
  });

  it("tells what it has used of its memory, and that what it waits is not work", () => {
    const pc = bootPc();
    const first = metricsIn(answerTo(pc, metricsRequest));
    expect(first.memoryBytes).toBeGreaterThan(0x9_0000);
    expect(first.memoryBytes - first.memoryUsedBytes).toBe(first.freePages * 4096);
    expect(callPc(pc, "pageFault", appBase, 2)).toBe(1);
    wait(pc, 3_000_000_000n);
    const second = metricsIn(answerTo(pc, metricsRequest));
    expect(second.memoryUsedBytes).toBeGreaterThan(first.memoryUsedBytes);
    expect(second.memoryPeakBytes).toBe(second.memoryUsedBytes);
    expect(second.uptimeNs - first.uptimeNs).toBeGreaterThanOrEqual(3_000_000_000);
    expect(second.busyNs).toBeLessThan(1_000_000_000);
    expect(second.turns).toBeGreaterThan(first.turns);
    expect(second.sockets).toBe(0);
  });

  it("gives no answer to a question with a payload", () => {
    const pc = bootPc();
    const before = framesOf(pc).length;
    pc.control.receive(encodeFrame(healthRequest, "x"));
    serve(pc);
    expect(framesOf(pc)).toHaveLength(before);
  });
});

/** A process that waits for input once, with a control channel on which these bytes wait. */
function askProcess(...pieces: readonly Uint8Array[]): LinuxProcess {
  const process = new LinuxProcess([], ["TSUKI_CONTROL=7"], { canWait: 1 });
  process.boot();
  process.controlInput.push(...pieces);
  process.appView.setUint32(64, 2048, true);
  process.appView.setUint32(68, 16, true);
  process.call("fd_read", 0, 64, 1, 32);
  return process;
}

function framesIn(bytes: readonly number[]): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [kind = 0, , low = 0, high = 0] = bytes.slice(at, at + 4);
    const end = at + 4 + low + high * 256;
    frames.push({ kind, payload: Uint8Array.from(bytes.slice(at + 4, end)) });
    at = end;
  }
  return frames;
}

describe("a process that is asked how it is", () => {
  it("answers while it waits for input, however the questions are cut", () => {
    const question = [...encodeFrame(healthRequest), ...encodeFrame(metricsRequest)];
    const pieces = [question.slice(0, 3), question.slice(3, 5), question.slice(5)];
    const process = askProcess(...pieces.map((piece) => Uint8Array.from(piece)));
    const [health, metrics, ...more] = framesIn(process.controlOutput);
    expect(stateIn(health)).toBe(states.ready);
    expect(metricsIn(metrics).memoryUsedBytes).toBe(65_536);
    expect(more).toEqual([]);
  });

  it("goes on without whoever has gone", () => {
    expect(askProcess(Uint8Array.of()).controlOutput).toEqual([]);
  });

  it("ends with 143 when it is asked to stop", () => {
    const process = askProcess(encodeFrame(frameKinds.stop));
    expect(process.calls.at(-1)).toEqual({ number: 231, values: [143n, 0n, 0n, 0n, 0n, 0n] });
  });

  it("does not start by a descriptor that is none", () => {
    const process = new LinuxProcess([], ["TSUKI_CONTROL=x"], { canWait: 1 });
    expect(process.boot()).toBe(125);
    expect(process.output[2]).toBe("tsuki: TSUKI_CONTROL: is no descriptor's number\n");
    const other = new LinuxProcess([], ["TSUKI_CONTROL=9"], { canWait: 1 });
    other.results.set(292, [-9n]);
    expect(other.boot()).toBe(125);
    expect(other.output[2]).toBe("tsuki: TSUKI_CONTROL: there is no descriptor 9\n");
  });

  it("never traps, whatever comes, and answers nothing behind what is no question", () => {
    const questions = fc.constantFrom(encodeFrame(healthRequest), encodeFrame(metricsRequest));
    const noise = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.oneof(questions, questions, noise), { maxLength: 8 }), (pieces) => {
        const bytes = pieces.flatMap((piece) => [...piece]);
        let expected = 0;
        const isQuestion = (at: number): boolean =>
          [healthRequest, metricsRequest].some((kind) =>
            encodeFrame(kind).every((byte, index) => bytes[at + index] === byte),
          );
        while (isQuestion(expected * 4)) expected++;
        try {
          const process = askProcess(...pieces.filter((piece) => piece.length > 0));
          expect(framesIn(process.controlOutput)).toHaveLength(expected);
        } catch (error) {
          expect(error).toBeInstanceOf(InstanceExit);
        }
      }),
    );
  });
});
