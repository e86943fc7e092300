/** `npm start`: two programs become images and run; then three lines say what happened. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
import { run, type StartedInstance } from "../src/engine/run.ts";

const programs = ["examples/hello-c/hello.c", "examples/hello-as/hello.as.ts"];

/** Launches of which the median is shown. */
const launchCount = 5;

/** What became of one program. */
interface Outcome {
  readonly started: StartedInstance;
  readonly firstOutputMs: number;
}

/** Builds and runs a program with the built command line, as a user does. */
function runAsUser(source: string, environment: NodeJS.ProcessEnv): number {
  const words = ["dist/cli.js", "run", "--quiet", source];
  const result = spawnSync(process.execPath, words, { env: environment, stdio: "inherit" });
  return result.status ?? 1;
}

/** Runs a program that is built already, and measures from its launch to its first output. */
async function launch(source: string, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  stdin.end();
  let launchedMs = 0;
  let firstOutputMs = 0;
  stdout.on("data", () => {
    firstOutputMs ||= performance.now() - launchedMs;
  });
  const started = await run({
    sources: [source],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: process.cwd(),
    environment,
    monitor: undefined,
    machine: "microvm",
    arguments: [],
    appEnvironment: [],
    memoryMebibytes: undefined,
    streams: { stdin, stdout, stderr: process.stderr },
    onNotice: () => {},
    onWarnings: () => {},
    onLaunch: () => {
      launchedMs = performance.now();
    },
  });
  await started.instance.wait();
  return { started, firstOutputMs };
}

/** The launch with the median time. */
async function medianLaunch(source: string, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (let count = 0; count < launchCount; count++)
    outcomes.push(await launch(source, environment));
  outcomes.sort((a, b) => a.firstOutputMs - b.firstOutputMs);
  const median = outcomes[launchCount >> 1];
  if (median === undefined) throw new Error("nothing was launched");
  return median;
}

async function main(environment: NodeJS.ProcessEnv): Promise<number> {
  const sizes: string[] = [];
  const times: string[] = [];
  let notice = "";
  for (const source of programs) {
    const startedMs = performance.now();
    const status = runAsUser(source, environment);
    if (status !== 0) return status;
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const { started, firstOutputMs } = await medianLaunch(source, environment);
    const { appBytes, image } = started.image;
    const [app, whole] = [appBytes, image.length].map((bytes) => (bytes / 1024).toFixed(1));
    sizes.push(`${basename(source)} ${app} -> ${whole} KiB in ${seconds} s`);
    times.push(`${firstOutputMs.toFixed(1)} ms`);
    notice = started.choice.notice;
  }
  console.log(`\nFrom WebAssembly to an image with the kernel it needs: ${sizes.join(", ")}.`);
  console.log(`How they ran: ${notice}.`);
  console.log(`From start to first output: ${times.join(" and ")}. More: node dist/cli.js --help`);
  return 0;
}

// A cache of its own, so that what is shown is what really happened.
const cache = mkdtempSync(join(tmpdir(), "tsuki-start-"));
try {
  process.exitCode = await main({ ...process.env, XDG_CACHE_HOME: cache });
} finally {
  rmSync(cache, { recursive: true, force: true });
}
