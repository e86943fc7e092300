/**
 * The program of the processes in which `tsuki dev` runs versions of a program: it prepares all that
 * does not depend on the version, waits for one, and runs it.
 */
import { readFileSync, writeSync } from "node:fs";
import { url as inspectorUrl, open as openInspector } from "node:inspector";
import { isMainThread, workerData } from "node:worker_threads";
import { hostClock } from "../../simulator/clock.ts";
import { HostFolders } from "../../simulator/host-folders.ts";
import { type AppRun, runApp } from "../../simulator/run-app.ts";
import { writeWaiting } from "./descriptors.ts";
import {
  type DevHandover,
  type DevPlaces,
  type DevReport,
  devDescriptors,
} from "./dev-handover.ts";
import engineNames from "./engine/engine-names.json" with { type: "json" };
import { Realm } from "./engine/realm.ts";
import { V8Engine } from "./engine/v8-engine.ts";
import { Input } from "./input.ts";
import { ThreadedNetwork } from "./sockets.ts";
import { pipedStopRequests } from "./stop.ts";
import { serveThread, type ThreadData } from "./threads.ts";

const brokenPipeStatus = 141;

/** What is ready before there is a version. */
interface Prepared {
  readonly kernel: WebAssembly.Module;
  readonly realm: Realm;
  readonly wake: Int32Array<SharedArrayBuffer>;
  readonly network: ThreadedNetwork;
}

const threadUrl = new URL(import.meta.url);

async function prepare(): Promise<Prepared> {
  const places = JSON.parse(process.argv[2] ?? "") as DevPlaces;
  const kernel = new WebAssembly.Module(readFileSync(places.kernelPath));
  const realm = await Realm.open(readFileSync(places.libraryPath, "utf8"), engineNames);
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const network = new ThreadedNetwork(threadUrl, wake, devDescriptors.report);
  network.prepare();
  return { kernel, realm, wake, network };
}

function report(message: DevReport): void {
  writeSync(devDescriptors.report, `${JSON.stringify(message)}\n`);
}

async function appOf(handover: DevHandover, { realm }: Prepared): Promise<AppRun["app"]> {
  const { script, appPath } = handover;
  if (script === null) return readFileSync(appPath ?? "");
  await realm.load({ code: script.code, lines: Buffer.from(script.lines, "base64") });
  return new V8Engine(realm);
}

function run(handover: DevHandover, prepared: Prepared, app: AppRun["app"]): number {
  const { kernel, wake, network } = prepared;
  const input = new Input(threadUrl, wake);
  const exit = (status: number): never => {
    network.finish();
    process.exit(status);
  };
  const tree = Buffer.from(handover.tree, "base64");
  const status = runApp({
    kernel,
    app,
    arguments: handover.arguments,
    environment: handover.environment,
    streams: {
      write: (stream, bytes) => writeWaiting(stream, bytes) || process.exit(brokenPipeStatus),
      read: (capacity) => input.read(capacity),
      inputReady: input.isReady,
    },
    clock: hostClock(wake),
    network,
    folders: new HostFolders(),
    stopRequests: pipedStopRequests(threadUrl, wake),
    maximumPages: handover.maximumPages ?? undefined,
    ...(tree.length === 0 ? {} : { embeddedTree: tree }),
    // A program's own `catch` and promises must not hold up its end.
    ...(handover.script === null ? {} : { exit }),
  });
  return exit(status);
}

async function main(): Promise<void> {
  const prepared = await prepare();
  const text = readFileSync(devDescriptors.handover, "utf8");
  if (text === "") process.exit(0);
  const handover = JSON.parse(text) as DevHandover;
  if (handover.hasInspector) {
    openInspector(0, "127.0.0.1");
    report({ report: "inspector", port: Number(new URL(inspectorUrl() ?? "").port) });
  }
  const app = await appOf(handover, prepared);
  // Promise jobs run inside the kernel, and none of Node's own may be running then.
  setImmediate(() => run(handover, prepared, app));
}

if (isMainThread) await main();
else serveThread(workerData as ThreadData);
