/** Node's process, for one instance. */
import { onInstance } from "../dispatch.ts";
import { engine } from "../engine.ts";
import { now } from "../instance/clock.ts";
import { environment } from "../instance/environment.ts";
import { onUnhandled } from "../instance/unhandled.ts";
import { drain, takeOverShutdown } from "../server/listen.ts";
import { decodeUtf8 } from "../text/utf8.ts";
import { EventEmitter } from "./events.ts";

const nodeVersion = "20.19.0";

/** A stream of output, as far as programs write to it. */
class OutputStream extends EventEmitter {
  readonly fd: 1 | 2;
  readonly isTTY = false;
  readonly writable = true;
  readonly columns = 80;

  constructor(fd: 1 | 2) {
    super();
    this.fd = fd;
  }

  write(chunk: string | Uint8Array, encodingOrCallback?: unknown, callback?: unknown): boolean {
    engine.log(this.fd, typeof chunk === "string" ? chunk : decodeUtf8(chunk));
    const done = typeof encodingOrCallback === "function" ? encodingOrCallback : callback;
    if (typeof done === "function") queueMicrotask(() => void Reflect.apply(done, undefined, []));
    return true;
  }

  end(chunk?: string | Uint8Array): this {
    if (chunk !== undefined) this.write(chunk);
    return this;
  }
}

const hrtime = Object.assign(
  (earlier?: readonly [number, number]): [number, number] => {
    const nanoseconds =
      Math.round(now() * 1e6) - (earlier === undefined ? 0 : earlier[0] * 1e9 + earlier[1]);
    return [Math.floor(nanoseconds / 1e9), nanoseconds % 1e9];
  },
  { bigint: (): bigint => BigInt(Math.round(now() * 1e6)) },
);

/** Node's process. */
export class Process extends EventEmitter {
  readonly stdout = new OutputStream(1);
  readonly stderr = new OutputStream(2);
  readonly platform = "linux";
  readonly arch = "x64";
  readonly pid = 1;
  readonly ppid = 0;
  readonly title = "tsuki";
  readonly version = `v${nodeVersion}`;
  readonly versions = { node: nodeVersion, tsuki: "0.1.0" };
  readonly release = { name: "node" };
  readonly execPath = "/app";
  readonly execArgv: readonly string[] = [];
  readonly config = {};
  readonly hrtime = hrtime;
  exitCode: number | undefined;
  #arguments: string[] | undefined;

  get argv(): string[] {
    this.#arguments ??= ["/app", ...engine.arguments()];
    return this.#arguments;
  }

  get argv0(): string {
    return "/app";
  }

  get env(): Record<string, string> {
    return environment();
  }

  exit(code?: number): never {
    const status = Number(code ?? this.exitCode ?? 0);
    this.emit("exit", status);
    engine.exit(status);
    throw new Error("the instance has ended");
  }

  abort(): never {
    engine.exit(134);
    throw new Error("the instance has ended");
  }

  nextTick(call: (...values: unknown[]) => void, ...values: unknown[]): void {
    queueMicrotask(() => call(...values));
  }

  cwd(): string {
    return "/";
  }

  umask(): number {
    return 0o022;
  }

  uptime(): number {
    return now() / 1000;
  }

  memoryUsage(): {
    rss: number;
    heapTotal: number;
    heapUsed: number;
    external: number;
    arrayBuffers: number;
  } {
    return { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };
  }

  emitWarning(warning: string | Error): void {
    const text =
      warning instanceof Error ? `${warning.name}: ${warning.message}` : `Warning: ${warning}`;
    engine.log(2, `${text}\n`);
  }

  getuid(): number {
    return 0;
  }
}

/** The instance's. */
export const process = new Process();

takeOverShutdown();
onInstance({
  shutdown() {
    if (!process.emit("SIGTERM", "SIGTERM")) drain();
  },
  idle() {
    process.emit("beforeExit", process.exitCode ?? 0);
    process.emit("exit", process.exitCode ?? 0);
    if (process.exitCode !== undefined && process.exitCode !== 0) engine.exit(process.exitCode);
  },
});

onUnhandled((error, promise) => {
  if (promise !== undefined && process.emit("unhandledRejection", error, promise)) return true;
  return process.emit(
    "uncaughtException",
    error,
    promise === undefined ? "uncaughtException" : "unhandledRejection",
  );
});

export const { stdout, stderr, platform, arch, version, versions } = process;
/** As `process.nextTick`. */
export function nextTick(call: (...values: unknown[]) => void, ...values: unknown[]): void {
  process.nextTick(call, ...values);
}
/** As `process.exit`. */
export function exit(code?: number): never {
  return process.exit(code);
}
/** As `process.cwd`. */
export function cwd(): string {
  return process.cwd();
}
export { hrtime, process as default };
