import { builtKernel, callKernel, preparedIdleApp } from "../../../simulator/kernel.fixture.ts";
import { encodeLaunchRecord } from "../../../simulator/launch-record.ts";
import { PcMachine, type PcOptions } from "../../../simulator/pc/pc-machine.ts";
import type { MemoryRange, StartInfo } from "../../../simulator/pc/start-info.ts";

const pageBytes = 65_536;

/** A memory map as QEMU gives it: conventional memory, and memory from 1 MiB up to `end`. */
export function memoryMapTo(end: number): MemoryRange[] {
  return [
    { start: 0n, lengthBytes: 0x9_fc00n, type: 1 },
    { start: 0x9_fc00n, lengthBytes: 0x400n, type: 2 },
    { start: 0xf_0000n, lengthBytes: 0x1_0000n, type: 2 },
    { start: 0x10_0000n, lengthBytes: BigInt(end - 0x10_0000), type: 1 },
  ];
}

/** A start_info with everything that a monitor gives. */
export function startInfo(changes: Partial<StartInfo> = {}): StartInfo {
  return {
    commandLine: "tsuki.time=1700000000000000000",
    launchRecord: encodeLaunchRecord(["app", "one"], ["A=1"]),
    memoryMap: memoryMapTo(0x20_0000),
    ...changes,
  };
}

/** A machine of 2 MiB with a kernel and an app that does nothing. */
export function createPc(options: Partial<PcOptions> = {}): PcMachine {
  return new PcMachine({
    kernel: builtKernel(),
    app: preparedIdleApp,
    memory: new WebAssembly.Memory({ initial: 0x20_0000 / pageBytes }),
    startInfo: startInfo(),
    ...options,
  });
}

/** Boots and returns; the app has ended, and the kernel's exports can be called in its place. */
export function bootPc(options: Partial<PcOptions> = {}): PcMachine {
  const pc = createPc(options);
  pc.boot();
  return pc;
}

/** Calls an export of the kernel. */
export function callPc(pc: PcMachine, name: string, ...values: (number | bigint)[]): unknown {
  return callKernel(pc.machine, name, ...values);
}

/** Makes the kernel look for the machine's memory, as whatever needs some does. */
export function findMemory(pc: PcMachine): void {
  callPc(pc, "memoryGrow", 65_535);
}

/** One frame of the control channel. */
export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** Splits what the kernel sent on the control channel; throws when it is not whole frames. */
export function framesOf(pc: PcMachine): Frame[] {
  const bytes = Uint8Array.from(pc.control.sent);
  const view = new DataView(bytes.buffer);
  const frames: Frame[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = offset + 4 + view.getUint16(offset + 2, true);
    if (end > bytes.length) throw new Error(`a frame at ${offset} is cut off`);
    frames.push({ kind: view.getUint8(offset), payload: bytes.slice(offset + 4, end) });
    offset = end;
  }
  return frames;
}

/** The exit status that the kernel sent last; undefined when it sent none. */
export function exitStatusOf(pc: PcMachine): number | undefined {
  const last = framesOf(pc).at(-1);
  if (last === undefined || last.kind !== 17) return undefined;
  return new DataView(last.payload.buffer).getUint32(0, true);
}

/** Encodes a frame to the kernel. */
export function encodeFrame(kind: number, payload: Uint8Array | string = ""): Uint8Array {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  return Uint8Array.of(kind, 0, bytes.length & 0xff, bytes.length >> 8, ...bytes);
}

/** What the kernel said on standard error. */
export function errorTextOf(pc: PcMachine): string {
  const texts = framesOf(pc).filter(({ kind }) => kind === 16);
  return texts.map(({ payload }) => new TextDecoder().decode(payload)).join("");
}
