/** An instance that is one child process with the app's own standard streams. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { constants } from "node:os";
import { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { TsukiError } from "../contracts/errors.ts";
import { controlVariable } from "../contracts/inherited-descriptors.ts";
import type { Instance, InstanceStreams } from "./interface.ts";
import { socketReports } from "./process/control.ts";

/** A program to be started. */
export interface ChildProgram {
  readonly path: string;
  readonly arguments: readonly string[];
  /** What the program finds as its own name. */
  readonly name?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly streams: InstanceStreams;
  /** Descriptors of this process that the child finds from 3 on; not with a handover. */
  readonly handedOver?: readonly number[];
  /** Whether the child finds a socket for questions and reports, by a variable that names it. */
  readonly hasReports?: boolean;
  /** Bytes that the child finds on descriptor 3. */
  readonly handover?: Uint8Array;
  /** Whether a request to stop is written to descriptor 4, too; only with a handover. */
  readonly hasStopPipe?: boolean;
}

/** Starts a program; resolves when it runs, throws `monitor-failed` when it cannot be started. */
export async function startChild(program: ChildProgram): Promise<Instance> {
  const inherits = program.streams === "inherit";
  const stdio: StdioOptions = inherits
    ? ["inherit", "inherit", "inherit"]
    : ["pipe", "pipe", "pipe"];
  stdio.push(...(program.handedOver ?? []));
  if (program.handover !== undefined) stdio.push("pipe");
  if (program.hasStopPipe === true) stdio.push("pipe");
  const control = stdio.length;
  if (program.hasReports === true) stdio.push("pipe");
  const child = spawn(program.path, program.arguments, {
    stdio,
    env: {
      ...program.environment,
      ...(program.hasReports === true ? { [controlVariable]: `${control}` } : {}),
    },
    windowsHide: true,
    ...(program.name === undefined ? {} : { argv0: program.name }),
  });
  await spawned(child, program.path);
  const drained = connect(child, program);
  const killChild = () => void child.kill("SIGKILL");
  process.once("exit", killChild);
  const ended = new Promise<number>((settle) => {
    child.once("exit", (status, signal) => {
      process.removeListener("exit", killChild);
      settle(exitStatus(status, signal));
    });
  });
  const socket = program.hasReports === true ? child.stdio[control] : undefined;
  const reports = socket instanceof Duplex ? socketReports(socket) : undefined;
  return {
    health: async (timeoutMs) => await reports?.health.next(timeoutMs),
    metrics: async (timeoutMs) => await reports?.metrics.next(timeoutMs),
    wait: async () => {
      const status = await ended;
      await drained;
      return status;
    },
    stop: () => {
      if (program.hasStopPipe === true) writeStop(child);
      child.kill("SIGTERM");
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

function spawned(child: ChildProcess, path: string): Promise<void> {
  return new Promise((settle, reject) => {
    child.once("spawn", settle);
    child.once("error", (error) => {
      const message = `cannot start ${path}: ${error.message}`;
      reject(new TsukiError("monitor-failed", message, { cause: error }));
    });
  });
}

function writeStop(child: ChildProcess): void {
  const pipe = child.stdio[4];
  if (pipe === null || pipe === undefined || !("write" in pipe)) return;
  pipe.on("error", () => {});
  pipe.write("stop\n");
}

/** Connects streams that are not inherited; resolves when all output has been passed on. */
async function connect(child: ChildProcess, program: ChildProgram): Promise<void> {
  const handover = program.handover === undefined ? undefined : child.stdio[3];
  if (handover !== null && handover !== undefined && "write" in handover) {
    handover.on("error", () => {});
    handover.end(program.handover);
  }
  if (program.streams === "inherit") return;
  const { stdin, stdout, stderr } = program.streams;
  if (child.stdin !== null) {
    // The app may end, or close its input, before it has read everything.
    child.stdin.on("error", () => stdin.unpipe());
    stdin.pipe(child.stdin);
  }
  child.stdout?.pipe(stdout, { end: false });
  child.stderr?.pipe(stderr, { end: false });
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  await Promise.all(outputs.map((stream) => finished(stream).catch(() => {})));
  stdin.unpipe();
}

/** The status that a shell would show (POSIX.1-2024, Shell 2.8.2). */
export function exitStatus(status: number | null, signal: NodeJS.Signals | null): number {
  if (status !== null) return status;
  return signal === null ? 255 : 128 + constants.signals[signal];
}

/** `NAME=value` pairs as the object that Node wants. */
export function environmentRecord(pairs: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    record[at < 0 ? pair : pair.slice(0, at)] = at < 0 ? "" : pair.slice(at + 1);
  }
  return record;
}
