/** Instances in the background: how fast they start, what a thousand cost, how fast they log. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstanceStore } from "../../src/engine/instances/instance-store.ts";
import {
  createInstance,
  type InstanceOptions,
  instanceStore,
  removeInstance,
  startInstance,
} from "../../src/engine/instances/lifecycle.ts";
import type { Bench } from "../bench.ts";
import { outputOf } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median } from "../report/statistics.ts";

const area = "instances";
const goalStartsPerSecond = 200;
const goalKibibytes = 4096;
const goalListMs = 150;
const goalDetachMs = 100;
const goalMegabytesPerSecond = 100;
const instanceCount = 1000;
const startsAtOnce = 8;
const rounds = 10;
const runcRounds = 10;
const logMegabytes = 400;

/** Measures the engine in this process, and the command line as users call it. */
export async function measureInstances(bench: Bench): Promise<Finding[]> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return [skipped(area, "instances in the background", "needs Linux on x86-64")];
  }
  const count = bench.isQuick ? instanceCount / 10 : instanceCount;
  bench.note(`instances: ${count} at once, and logs at full speed`);
  const environment = { ...process.env, XDG_DATA_HOME: bench.path("data") };
  const store = instanceStore(environment);
  const options = optionsOf(bench.image(waiting(bench), "linux", "waiting"));
  try {
    const single = count / 4;
    const oneByOneMs = await startMs(store, options, single, 1);
    const atOnceMs = await startMs(store, options, count - single, startsAtOnce);
    return [
      startFinding(bench, atOnceMs, oneByOneMs),
      memoryFinding(store),
      listFinding(bench, environment, count),
      detachFinding(bench, environment),
      logFinding(bench),
    ];
  } finally {
    for (const { record } of store.list()) {
      await removeInstance(store, store.require(record.id), true);
    }
  }
}

/** Milliseconds for each of so many instances, when a number of them is being started at any time. */
async function startMs(
  store: InstanceStore,
  options: InstanceOptions,
  count: number,
  atOnce: number,
): Promise<number> {
  let left = count;
  const before = performance.now();
  const startSome = async (): Promise<void> => {
    while (left-- > 0) {
      await startInstance(await createInstance(store, options, new Date().toISOString()));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, startSome));
  return (performance.now() - before) / count;
}

/** A program that waits to be ended. */
function waiting(bench: Bench): string {
  const path = bench.path("waiting.c");
  writeFileSync(path, "#include <unistd.h>\nint main(void) { for (;;) sleep(1000); }\n");
  return path;
}

function optionsOf(imagePath: string): InstanceOptions {
  return {
    name: undefined,
    image: "waiting.c",
    imagePath,
    monitor: "process",
    machine: "microvm",
    accelerator: "tcg",
    arguments: ["waiting"],
    environment: [],
    restart: "0",
    stopTimeoutSeconds: 0,
    isTemporary: false,
    ports: [],
    labels: {},
  };
}

function startFinding(bench: Bench, atOnceMs: number, oneByOneMs: number): Finding {
  const runc = runcMs(bench);
  const peer = runc === undefined ? "no runc here" : `runc run: ${runc.toFixed(1)} ms each`;
  return {
    area,
    measure: `starts a second, ${startsAtOnce} at a time`,
    value: 1000 / atOnceMs,
    unit: "rate",
    goal: goalStartsPerSecond,
    isGoalLeast: true,
    detail: `made, held and running; one after the other ${oneByOneMs.toFixed(1)} ms each; ${peer}`,
  };
}

/** One run of a program that ends at once, in a container of its own; undefined without runc. */
function runcMs(bench: Bench): number | undefined {
  const bundle = bench.path("bundle");
  mkdirSync(join(bundle, "rootfs", "proc"), { recursive: true });
  writeFileSync(join(bundle, "config.json"), bundleConfig());
  const image = bench.path("hello-for-runc.c");
  writeFileSync(image, "int main(void) { return 0; }\n");
  const path = bench.image(image, "linux", join("bundle", "rootfs", "app"));
  const state = bench.path("runc");
  const times: number[] = [];
  for (let round = 0; round < bench.rounds(runcRounds); round++) {
    const words = [
      "--root",
      state,
      "run",
      "--bundle",
      bundle,
      `tsuki-bench-${process.pid}-${round}`,
    ];
    const before = performance.now();
    const { status } = spawnSync("runc", words, { stdio: "ignore", timeout: 20_000 });
    if (status !== 0 || path === "") return undefined;
    times.push(performance.now() - before);
  }
  return median(times);
}

function bundleConfig(): string {
  return JSON.stringify({
    ociVersion: "1.0.2",
    process: { user: { uid: 0, gid: 0 }, args: ["/app"], env: [], cwd: "/", noNewPrivileges: true },
    root: { path: "rootfs", readonly: true },
    mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
    linux: { namespaces: ["pid", "ipc", "uts", "mount", "network"].map((type) => ({ type })) },
  });
}

/** Resident memory of an instance and its supervisor together. */
function memoryFinding(store: InstanceStore): Finding {
  const totals = store.list().map(({ state }) => {
    const status = statusOf(state.pid);
    const supervisor = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]);
    return residentKibibytes(status) + residentKibibytes(statusOf(supervisor));
  });
  return {
    area,
    measure: "resident memory of each of so many, supervisor included",
    value: Math.round(median(totals)),
    unit: "KiB",
    goal: goalKibibytes,
    detail: `${totals.length} at once, the largest ${Math.max(...totals)} KiB`,
  };
}

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, "utf8");
}

function residentKibibytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
}

function listFinding(bench: Bench, environment: NodeJS.ProcessEnv, count: number): Finding {
  const times = timesOf(bench, rounds, () => {
    outputOf(process.execPath, [bench.commandLine, "ps"], environment);
  });
  return {
    area,
    measure: "tsuki ps with so many",
    value: median(times),
    unit: "ms",
    goal: goalListMs,
    detail: `${count} instances, ${times.length} runs`,
  };
}

function detachFinding(bench: Bench, environment: NodeJS.ProcessEnv): Finding {
  const words = [
    bench.commandLine,
    "run",
    "-d",
    "-q",
    "--monitor",
    "process",
    bench.path("waiting.c"),
  ];
  const detach = (): string => outputOf(process.execPath, words, environment);
  detach();
  const times = timesOf(bench, rounds, detach);
  return {
    area,
    measure: "tsuki run -d, to running",
    value: median(times),
    unit: "ms",
    goal: goalDetachMs,
    detail: `${times.length} runs, the image cached`,
  };
}

function timesOf(bench: Bench, thorough: number, work: () => unknown): number[] {
  return Array.from({ length: bench.rounds(thorough) }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
}

/** A program that writes lines as fast as it can, held as every instance is. */
function logFinding(bench: Bench): Finding {
  const folder = bench.path("log");
  mkdirSync(folder);
  const script = `yes ${"x".repeat(99)} | head -c ${logMegabytes}000000`;
  const words = [
    "supervise",
    `bench-${process.pid}`,
    "0",
    "1000000000",
    "1",
    "-",
    "-",
    "-",
    "-",
    "/bin/sh",
    "sh",
    "-c",
    script,
  ];
  const host = join(bench.commandLine, "..", "tsuki-host");
  const before = performance.now();
  spawnSync(host, words, { cwd: folder, stdio: "ignore", timeout: 60_000 });
  const seconds = (performance.now() - before) / 1000;
  const lines = statSync(join(folder, "log")).size / (100 + 40);
  const isWhole = Math.round(lines) === logMegabytes * 10_000;
  return {
    area,
    measure: "logs, megabytes a second",
    value: isWhole ? logMegabytes / seconds : undefined,
    unit: "rate",
    goal: goalMegabytesPerSecond,
    isGoalLeast: true,
    detail: isWhole ? `${logMegabytes} MB of lines of 100 bytes, none lost` : "lines were lost",
  };
}
