import { inheritedDescriptors } from "../../../contracts/inherited-descriptors.ts";
import { appBase, platformIds } from "../../../contracts/machine-interface.ts";
import { InstanceExit } from "../../../simulator/exit.ts";
import { builtKernel, callToEnd, preparedIdleApp } from "../../../simulator/kernel.fixture.ts";
import { Machine } from "../../../simulator/machine.ts";

const blockAddress = 0x7fff_0000_0000n;
const pageBytes = 65_536;
const callNumbers = { readv: 19, writev: 20, exitGroup: 231, ppoll: 271 } as const;

/** -EAGAIN. */
const tryAgain = -11n;

/** Where the stand-in for a program map and a stack may be put. */
export const freeMemory = 0x13_0000;

/** One system call that the kernel made. */
export interface SystemCall {
  readonly number: number;
  readonly values: readonly bigint[];
}

/** A kernel configured for `linux` with a host that is a script. */
export class LinuxProcess {
  readonly calls: SystemCall[] = [];
  readonly output: Record<number, string> = { 1: "", 2: "" };
  /** What waits on the control channel; an empty piece is its end. */
  readonly controlInput: Uint8Array[] = [];
  /** What was written to it. */
  readonly controlOutput: number[] = [];
  readonly memory = new WebAssembly.Memory({ initial: 0x20_0000 / pageBytes });
  readonly machine: Machine;
  /** Results to give, by system call, before the host does its work. */
  readonly results = new Map<number, bigint[]>();
  /** What the host does to memory, by system call, before it gives a result. */
  readonly effects = new Map<number, (values: readonly bigint[]) => void>();
  private readonly block: DataView;

  constructor(
    programArguments: readonly string[],
    environment: readonly string[],
    config: ConstructorParameters<typeof Machine>[0]["config"] = {},
  ) {
    this.block = argumentBlock(programArguments, environment);
    const at = (address: bigint): number => Number(address - blockAddress);
    const call = (number: number, ...values: bigint[]): bigint => this.systemCall(number, values);
    this.machine = new Machine({
      kernel: builtKernel(),
      app: preparedIdleApp,
      memory: this.memory,
      config: {
        platform: platformIds.linux,
        heapStart: 0x12_0000,
        heapEnd: 0x13_0000,
        appInitialPages: 1,
        opensSockets: 0,
        opensFiles: 0,
        ...config,
      },
      modules: {
        host: { call, setup: call },
        mmio: {
          read8: (address: bigint) => this.block.getUint8(at(address)),
          read64: (address: bigint) => this.block.getBigInt64(at(address), true),
          write64: (address: bigint, value: bigint) =>
            this.block.setBigInt64(at(address), value, true),
        },
      },
      onTrap: (report) => {
        throw new Error(report);
      },
    });
  }

  /** Boots by the argument block; gives the exit status. */
  boot(): number {
    return this.machine.boot(blockAddress);
  }

  /** Calls an export of the kernel; an exit gives its status. */
  call(name: string, ...values: (number | bigint)[]): unknown {
    return callToEnd(this.machine, name, ...values);
  }

  /** The app's memory. */
  get appView(): DataView {
    return new DataView(this.machine.appMemory.bytes().buffer);
  }

  private systemCall(number: number, values: readonly bigint[]): bigint {
    this.calls.push({ number, values });
    this.effects.get(number)?.(values);
    const result = this.results.get(number)?.shift();
    if (result !== undefined) return result;
    if (number === callNumbers.exitGroup) throw new InstanceExit(Number(values[0]));
    const isControl = Number(values[0]) === inheritedDescriptors.control;
    if (number === callNumbers.readv && isControl) return this.readControl(values);
    if (number === callNumbers.writev && isControl) return this.writeControl(values);
    if (number === callNumbers.ppoll) return this.poll(values);
    if (number === callNumbers.writev) return this.write(values);
    return number === 9 ? (values[0] ?? 0n) : 0n;
  }

  private readControl([, list = 0n]: readonly bigint[]): bigint {
    const [piece] = this.controlInput;
    if (piece === undefined) return tryAgain;
    const { start, length } = this.vector(list);
    const part = piece.subarray(0, length);
    new Uint8Array(this.memory.buffer).set(part, start);
    if (part.length === piece.length) this.controlInput.shift();
    else this.controlInput[0] = piece.subarray(part.length);
    return BigInt(part.length);
  }

  private writeControl([, list = 0n]: readonly bigint[]): bigint {
    const { start, length } = this.vector(list);
    this.controlOutput.push(...new Uint8Array(this.memory.buffer, start, length));
    return BigInt(length);
  }

  private vector(list: bigint): { start: number; length: number } {
    const view = new DataView(this.memory.buffer, Number(list));
    return { start: Number(view.getBigUint64(0, true)), length: view.getUint32(8, true) };
  }

  /** The control channel is ready while something waits on it, the first descriptor otherwise. */
  private poll([list = 0n, count = 0n]: readonly bigint[]): bigint {
    const view = new DataView(this.memory.buffer, Number(list));
    const hasControl = count > 1n && this.controlInput.length > 0;
    view.setUint16(6, hasControl ? 0 : 1, true);
    if (count > 1n) view.setUint16(14, hasControl ? 1 : 0, true);
    return 1n;
  }

  private write([stream = 0n, list = 0n, count = 0n]: readonly bigint[]): bigint {
    const view = new DataView(this.memory.buffer);
    let total = 0n;
    for (let index = 0; index < Number(count); index++) {
      const place = Number(list) + index * 16;
      const length = view.getBigUint64(place + 8, true);
      this.output[Number(stream)] += this.text(view.getBigUint64(place, true), Number(length));
      total += length;
    }
    return total;
  }

  private text(address: bigint, length: number): string {
    const isApp = address >= appBase;
    const bytes = isApp ? this.machine.appMemory.bytes() : new Uint8Array(this.memory.buffer);
    const start = Number(isApp ? address - appBase : address);
    return new TextDecoder().decode(bytes.slice(start, start + length));
  }
}

/** argc, argv[], 0, envp[], 0, then the strings (System V ABI for x86-64, 3.4.1). */
function argumentBlock(first: readonly string[], second: readonly string[]): DataView {
  const words = first.length + second.length + 3;
  const encoded = [...first, ...second].map((text) => new TextEncoder().encode(`${text}\0`));
  const length = encoded.reduce((sum, bytes) => sum + bytes.length, words * 8);
  const block = new Uint8Array(length);
  const view = new DataView(block.buffer);
  view.setBigUint64(0, BigInt(first.length), true);
  let text = words * 8;
  encoded.forEach((bytes, index) => {
    const slot = index < first.length ? index + 1 : index + 2;
    view.setBigUint64(slot * 8, blockAddress + BigInt(text), true);
    block.set(bytes, text);
    text += bytes.length;
  });
  return view;
}
