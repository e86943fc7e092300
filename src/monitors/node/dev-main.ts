/**
 * The program of the processes in which `tsuki dev` runs versions of a program: it prepares all that
 * does not depend on the version, waits for one, and runs it.
 */
import { readFileSync, writeSync } from "node:fs";
import { url as inspectorUrl, open as openInspector } from "node:inspector";
import { isMainThread, workerData } from "node:worker_threads";
import { encodeLaunchRecord } from "../../simulator/launch-record.ts";
import type { Machine } from "../../simulator/machine.ts";
import { type AppRun, createNodeMachine } from "../../simulator/run-app.ts";
import {
  type DevHandover,
  type DevPlaces,
  type DevReport,
  devDescriptors,
} from "./dev-handover.ts";
import engineNames from "./engine/engine-names.json" with { type: "json" };
import { Realm } from "./engine/realm.ts";
import { V8Engine } from "./engine/v8-engine.ts";
import { ThreadedNetwork } from "./sockets.ts";
import { processSurroundings } from "./surroundings.ts";
import { serveThread, type ThreadData } from "./threads.ts";

/** What every machine here has around it. */
type Surroundings = Omit<AppRun, "app" | "arguments" | "environment">;

/** What is ready before there is a version. */
interface Prepared {
  readonly surroundings: Surroundings;
  readonly realm: Realm;
  /** With V8 as its app; for programs without files of their own. */
  readonly machine: Machine;
  readonly network: ThreadedNetwork;
}

const threadUrl = new URL(import.meta.url);
let launchRecord: Uint8Array = new Uint8Array(0);

async function prepare(): Promise<Prepared> {
  const places = JSON.parse(process.argv[2] ?? "") as DevPlaces;
  const kernel = new WebAssembly.Module(readFileSync(places.kernelPath));
  const realm = await Realm.open(readFileSync(places.libraryPath, "utf8"), engineNames);
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const network = new ThreadedNetwork(threadUrl, wake, devDescriptors.report);
  network.prepare();
  const surroundings: Surroundings = {
    kernel,
    launchRecord: () => launchRecord,
    ...processSurroundings(threadUrl, wake, places.hostPath),
    network,
  };
  const machine = scriptMachine(surroundings, realm, network);
  return { surroundings, realm, machine, network };
}

/** A machine whose app is V8. */
function scriptMachine(
  surroundings: Surroundings,
  realm: Realm,
  network: ThreadedNetwork,
  tree: Uint8Array = new Uint8Array(0),
): Machine {
  return createNodeMachine({
    ...surroundings,
    app: new V8Engine(realm),
    arguments: [],
    environment: [],
    ...(tree.length === 0 ? {} : { embeddedTree: tree }),
    // A program's own `catch` and promises must not hold up its end.
    exit: (status) => end(network, status),
  });
}

function end(network: ThreadedNetwork, status: number): never {
  network.finish();
  process.exit(status);
}

function report(message: DevReport): void {
  writeSync(devDescriptors.report, `${JSON.stringify(message)}\n`);
}

/** The machine that runs a version. */
async function machineOf(handover: DevHandover, prepared: Prepared): Promise<Machine> {
  const { surroundings, realm, machine, network } = prepared;
  const { script, appPath, maximumPages } = handover;
  if (script === null) {
    return createNodeMachine({
      ...surroundings,
      app: readFileSync(appPath ?? ""),
      arguments: [],
      environment: [],
      maximumPages: maximumPages ?? undefined,
    });
  }
  await realm.load({ code: script.code, lines: Buffer.from(script.lines, "base64") });
  const tree = Buffer.from(handover.tree, "base64");
  return tree.length === 0 ? machine : scriptMachine(surroundings, realm, network, tree);
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
  launchRecord = encodeLaunchRecord(handover.arguments, handover.environment);
  const machine = await machineOf(handover, prepared);
  // Promise jobs run inside the kernel, and none of Node's own may be running then.
  setImmediate(() => end(prepared.network, machine.boot()));
}

if (isMainThread) await main();
else serveThread(workerData as ThreadData);
