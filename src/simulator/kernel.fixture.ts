import { existsSync, readFileSync } from "node:fs";
import { prepareApp } from "./app-module.ts";
import { VirtualClock } from "./clock.ts";
import { InstanceExit } from "./exit.ts";
import type { Machine } from "./machine.ts";
import { MemoryStreams } from "./memory-streams.ts";
import { type AppRun, createNodeMachine } from "./run-app.ts";

const kernelPath = "dist/kernel.wasm";

let kernel: WebAssembly.Module | undefined;

/** The kernel as `npm run build` left it. */
export function builtKernel(): WebAssembly.Module {
  if (!existsSync(kernelPath)) throw new Error(`${kernelPath} is missing: run npm run build first`);
  kernel ??= new WebAssembly.Module(readFileSync(kernelPath));
  return kernel;
}

/** An app of one page of memory that does nothing: `(module (memory 1))`. */
const idleApp = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1);

/** The idle app, ready for a machine. */
export const preparedIdleApp = prepareApp(idleApp);

/** A kernel whose app has returned, so that a test can call its exports in the app's place. */
export class Calls {
  readonly machine: Machine;
  readonly streams: MemoryStreams;
  readonly clock = new VirtualClock();

  constructor(options: Partial<AppRun> = {}, streams = new MemoryStreams()) {
    this.streams = streams;
    this.machine = createNodeMachine({
      kernel: builtKernel(),
      app: idleApp,
      arguments: [],
      environment: [],
      streams,
      clock: this.clock,
      ...options,
    });
    this.machine.boot();
  }

  /** Calls an export of the kernel: numbers become i32, bigints i64. */
  call(name: string, ...values: (number | bigint)[]): unknown {
    return callKernel(this.machine, name, ...values);
  }

  /** The app's memory. */
  get view(): DataView {
    return new DataView(this.machine.appMemory.bytes().buffer);
  }

  /** Writes bytes, or text as UTF-8, into the app's memory. */
  put(pointer: number, bytes: Uint8Array | string): void {
    const given = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    this.machine.appMemory.bytes().set(given, pointer);
  }

  /** Reads text from the app's memory. */
  text(pointer: number, length: number): string {
    const bytes = this.machine.appMemory.bytes();
    return new TextDecoder().decode(bytes.slice(pointer, pointer + length));
  }

  /** Writes (u32, u32) vectors into the app's memory. */
  putVectors(pointer: number, ...vectors: (readonly [number, number])[]): void {
    vectors.flat().forEach((value, index) => {
      this.view.setUint32(pointer + index * 4, value, true);
    });
  }
}

/** Calls an export of a machine's kernel; the status if it ends the instance. */
export function callToEnd(machine: Machine, name: string, ...values: (number | bigint)[]): unknown {
  try {
    return callKernel(machine, name, ...values);
  } catch (error) {
    if (error instanceof InstanceExit) return error.status;
    throw error;
  }
}

/** Calls an export of a machine's kernel. */
export function callKernel(
  machine: Machine,
  name: string,
  ...values: (number | bigint)[]
): unknown {
  const value = machine.kernel[name];
  if (typeof value !== "function") throw new Error(`the kernel exports no ${name}`);
  return Reflect.apply(value, undefined, values);
}
