/** One process of `tsuki dev`: started ahead, handed one version of a program, and stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { exitStatus } from "../child.ts";
import {
  type DevHandover,
  type DevPlaces,
  type DevReport,
  devDescriptors,
} from "./dev-handover.ts";

/** Where such a process's program and its files lie. */
export interface DevFiles extends DevPlaces {
  readonly programPath: string;
}

/** What a process tells. */
export interface DevListener {
  onReport(report: DevReport): void;
  /** 0 to 255. */
  onExit(status: number): void;
}

/** What the program is for Node: modules of V8's by hand, and no lines of Node's own. */
const nodeFlags = [
  "--no-warnings",
  "--experimental-vm-modules",
  "--stack-size=900",
  "--inspect-publish-uid=http",
];

/** A process that waits for a version, and then runs it. */
export class DevProcess {
  readonly #child: ChildProcess;
  #listener: DevListener | undefined;

  constructor({ programPath, ...places }: DevFiles) {
    this.#child = spawn(process.execPath, [...nodeFlags, programPath, JSON.stringify(places)], {
      stdio: ["inherit", "inherit", "inherit", "pipe", "pipe", "pipe"],
      // Node's own variables (NODE_OPTIONS) are not the program's.
      env: {},
      windowsHide: true,
    });
    // Writing to what has ended is no failure of ours.
    for (const descriptor of Object.values(devDescriptors)) {
      this.#pipe(descriptor).on("error", () => {});
    }
    const reports = this.#pipe(devDescriptors.report);
    createInterface({ input: reports }).on("line", (line) =>
      this.#listener?.onReport(JSON.parse(line) as DevReport),
    );
    this.#child.once("exit", (status, signal) => {
      this.#listener?.onExit(exitStatus(status, signal));
    });
  }

  /** Whether it can still take a version. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Runs a version. */
  run(handover: DevHandover, listener: DevListener): void {
    this.#listener = listener;
    this.#pipe(devDescriptors.handover).end(JSON.stringify(handover));
  }

  /** Asks it to end: it answers what it was asked. */
  stop(): void {
    this.#pipe(devDescriptors.stop).write("stop\n");
    this.#child.kill("SIGTERM");
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #pipe(descriptor: number): Duplex {
    const stdio: readonly unknown[] = this.#child.stdio;
    return stdio[descriptor] as Duplex;
  }
}
