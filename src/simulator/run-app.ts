import { randomFillSync } from "node:crypto";
import { embeddedTreeSection } from "../contracts/embedded-tree.ts";
import { opensFiles } from "../contracts/guest-abi.ts";
import { engineSection, platformIds } from "../contracts/machine-interface.ts";
import { prepareApp } from "./app-module.ts";
import { type Clock, hostClock } from "./clock.ts";
import type { Folders } from "./folders.ts";
import { type HostedEngine, isHosted } from "./hosted-engine.ts";
import { encodeLaunchRecord } from "./launch-record.ts";
import { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import { nodeModule, type Questions, type StopRequests, type Streams } from "./node-module.ts";

/** An app to run on the node platform and everything around it. */
export interface AppRun {
  /** The kernel's module, or its bytes. */
  readonly kernel: WebAssembly.Module | Uint8Array;
  readonly app: Uint8Array | HostedEngine;
  /** The program's name and its arguments. */
  readonly arguments: readonly string[];
  /** Each `NAME=value`. */
  readonly environment: readonly string[];
  /** Arguments and environment instead, where they are known only when the machine boots. */
  readonly launchRecord?: () => Uint8Array;
  readonly streams: Streams;
  /** The host's own clock by default. */
  readonly clock?: Clock;
  /** The host's own randomness by default. */
  readonly random?: (bytes: Uint8Array) => void;
  /** No network by default. */
  readonly network?: Network;
  /** Folders of the host, for TSUKI_MOUNT; none by default. */
  readonly folders?: Folders;
  /** Requests to stop; there are none by default. */
  readonly stopRequests?: StopRequests;
  /** A monitor's questions; there are none by default. */
  readonly questions?: Questions | undefined;
  /** The app's files (contracts/embedded-tree.ts); by default those that its module carries. */
  readonly embeddedTree?: Uint8Array;
  /** Upper bound of the app's memory in 64 KiB pages. */
  readonly maximumPages?: number | undefined;
  /** Ends the run at once; by default it is unwound, through the app. */
  readonly exit?: (status: number) => never;
}

const pageBytes = 65_536;

/** Statics lie in the first 64 KiB from 1 MiB; the heap begins well behind them. */
const heapStart = 0x12_0000;

/** What the kernel needs beyond the launch record, and for an app's files in memory. */
const heapBytes = 0x10_0000;
const fileBytes = 0x400_0000;

const noTree = new Uint8Array(0);

/**
 * Runs an app to its end and returns its exit status, 0-255; a trap is reported on its standard
 * error and gives 134.
 *
 * @throws TsukiError `wasm-unknown-import`, WebAssembly.CompileError for an invalid module.
 */
export function runApp(run: AppRun): number {
  return createNodeMachine(run).boot();
}

/** A machine that has everything to run an app, not yet booted. */
export function createNodeMachine(run: AppRun): Machine {
  const known = encodeLaunchRecord(run.arguments, run.environment);
  const launchRecord = run.launchRecord ?? (() => known);
  const app = isHosted(run.app) ? run.app : prepareApp(run.app, run.maximumPages);
  const module = "module" in app ? app.module : undefined;
  const tree = run.embeddedTree ?? (module === undefined ? noTree : carriedTree(module));
  const fileHeap = module === undefined || writesFiles(module) ? fileBytes : 0;
  const neededBytes = tree.length + heapBytes + fileHeap + known.length;
  const pages = Math.ceil((heapStart + neededBytes) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages });
  new Uint8Array(memory.buffer).set(tree, heapStart);
  const { streams, clock = hostClock(), random = randomFillSync, stopRequests } = run;
  const { network, folders, questions, exit } = run;
  return new Machine({
    kernel: toModule(run.kernel),
    app,
    memory,
    config: {
      platform: platformIds.node,
      heapStart: heapStart + tree.length,
      heapEnd: pages * pageBytes,
      embeddedTree: tree.length === 0 ? 0 : heapStart,
      embeddedTreeLength: tree.length,
    },
    modules: {
      node: nodeModule(
        { streams, clock, random, launchRecord, network, folders, stopRequests, questions, exit },
        memory,
      ),
    },
    onTrap: (report) => streams.write(2, new TextEncoder().encode(report)),
  });
}

/** The files that an app's module carries; no bytes when there are none. */
function carriedTree(app: WebAssembly.Module): Uint8Array {
  const [section] = WebAssembly.Module.customSections(app, embeddedTreeSection);
  return new Uint8Array(section ?? new ArrayBuffer(0));
}

function writesFiles(app: WebAssembly.Module): boolean {
  const isEngine = WebAssembly.Module.customSections(app, engineSection).length > 0;
  return isEngine || WebAssembly.Module.imports(app).some(({ name }) => opensFiles(name));
}

function toModule(kernel: WebAssembly.Module | Uint8Array): WebAssembly.Module {
  return kernel instanceof WebAssembly.Module ? kernel : new WebAssembly.Module(kernel);
}
