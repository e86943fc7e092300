/** `npm start`: a service in TypeScript becomes an image, answers, and a few lines say how that went. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { run, type StartedInstance } from "../src/engine/run.ts";

const source = "examples/http-ts/server.ts";
const path = "/moon";
const usualPort = 8080;

/** Launches of which the median is shown. */
const launchCount = 5;

/** How long a service may take to its first answer. */
const patienceMs = 20_000;

/** What became of one launch. */
interface Outcome {
  readonly started: StartedInstance;
  /** From the launch to the end of the first response. */
  readonly firstResponseMs: number;
  readonly response: string;
  /** Resident memory in KiB after the first response, where the instance is a process. */
  readonly residentKibibytes: number | undefined;
}

/** A port on which nobody listens: the one wished for, or any. */
async function freePort(wished = 0): Promise<number> {
  const server = createServer().listen(wished);
  const isFree = await new Promise<boolean>((settle) => {
    server.once("listening", () => settle(true)).once("error", () => settle(false));
  });
  if (!isFree) return await freePort();
  const address = server.address();
  await new Promise((settle) => server.close(settle));
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}

/** Asks until somebody answers. */
async function ask(port: number): Promise<string> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    try {
      const response = await new Promise<IncomingMessage>((settle, reject) => {
        get({ port, path, agent: false }, settle).once("error", reject);
      });
      return await text(response);
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await pause(1);
    }
  }
}

/** The memory of the process that runs an image, as /proc tells it. */
function residentKibibytes(image: string): number | undefined {
  if (process.platform !== "linux") return undefined;
  const found = readdirSync("/proc").find((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/exe`) === image;
    } catch {
      return false; // It is another user's, or has ended.
    }
  });
  if (found === undefined) return undefined;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${found}/status`, "utf8"))?.[1]);
}

async function launch(environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough().resume()];
  const port = await freePort();
  let launchedMs = 0;
  const started = await run({
    sources: [source],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: process.cwd(),
    environment,
    monitor: undefined,
    machine: "microvm",
    arguments: [],
    appEnvironment: [`PORT=${port}`],
    memoryMebibytes: undefined,
    streams: { stdin, stdout, stderr: process.stderr },
    onNotice: () => {},
    onWarnings: () => {},
    onLaunch: () => {
      launchedMs = performance.now();
    },
  });
  const response = await ask(port);
  const firstResponseMs = performance.now() - launchedMs;
  const resident = residentKibibytes(started.image.path);
  started.instance.stop();
  await started.instance.wait();
  return { started, firstResponseMs, response, residentKibibytes: resident };
}

/** Launches several times; the launch with the median time. */
async function medianLaunch(environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (let count = 0; count < launchCount; count++) outcomes.push(await launch(environment));
  outcomes.sort((a, b) => a.firstResponseMs - b.firstResponseMs);
  const median = outcomes[launchCount >> 1];
  if (median === undefined) throw new Error("nothing was launched");
  return median;
}

/** Builds the service as a user does; its exit status. */
async function buildAsUser(output: string, environment: NodeJS.ProcessEnv): Promise<number> {
  return await runProduct(["build", "--quiet", "-o", output, source], environment);
}

async function runProduct(words: readonly string[], environment: NodeJS.ProcessEnv) {
  const options = { env: environment, stdio: "inherit" } as const;
  const child = spawn(process.execPath, ["dist/cli.js", ...words], options);
  // Ctrl-C reaches both: the service ends in order, and then so does this program.
  process.on("SIGINT", () => {});
  return await new Promise<number>((settle) => child.once("exit", (code) => settle(code ?? 1)));
}

function report({ started, firstResponseMs, response, ...more }: Outcome, seconds: string): void {
  const mebibytes = (started.image.image.length / 2 ** 20).toFixed(2);
  const memory =
    more.residentKibibytes === undefined
      ? ""
      : `, ${(more.residentKibibytes / 1024).toFixed(1)} MiB of memory`;
  console.log(`${source} became an image of ${mebibytes} MiB in ${seconds} s.`);
  console.log(`How it ran: ${started.choice.notice}.`);
  console.log(`GET ${path} -> ${response}`);
  console.log(`From start to first response: ${firstResponseMs.toFixed(1)} ms${memory}.`);
}

/** Keeps the service up until somebody presses Ctrl-C. */
async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  const port = await freePort(usualPort);
  console.log(`\nNow at http://localhost:${port}${path} until you press Ctrl-C.`);
  await runProduct(["run", "--quiet", "--env", `PORT=${port}`, source], environment);
}

async function main(folder: string): Promise<number> {
  // A cache of its own, so that what is shown is what really happened.
  const environment = { ...process.env, XDG_CACHE_HOME: join(folder, "cache") };
  const startedMs = performance.now();
  const status = await buildAsUser(join(folder, "server"), environment);
  if (status !== 0) return status;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  report(await medianLaunch(environment), seconds);
  if (process.stdout.isTTY) await serve(environment);
  else console.log("More: node dist/cli.js --help");
  return 0;
}

const folder = mkdtempSync(join(tmpdir(), "tsuki-start-"));
try {
  process.exitCode = await main(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
