/** Images in containers: nothing else in them, nothing granted, each engine's default profile. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { Workplace } from "./command-line.fixture.ts";
import { type ContainerEngine, engineCases, which } from "./containers.fixture.ts";
import { freePort } from "./free-port.fixture.ts";
import { ask, buildImage, untilListening } from "./standalone.fixture.ts";

const root = join(import.meta.dirname, "..");
const sources = {
  app: join(root, "tests", "apps", "standalone.c"),
  service: join(root, "examples", "http-ts", "server.ts"),
};
const canRun = process.platform === "linux" && process.arch === "x64" && process.getuid?.() === 0;
const workplace = new Workplace();
const images = join(workplace.folder, "images");
let count = 0;

beforeAll(async () => {
  if (!canRun) return;
  mkdirSync(images);
  for (const [name, source] of Object.entries(sources)) {
    const output = join(images, name);
    await buildImage(workplace, ["--env", "GREETING=built in", "-o", output, source]);
  }
}, 120_000);
afterAll(() => workplace.remove());

const here = engineCases.filter(({ programs }) => canRun && programs.every((name) => which(name)));
const elsewhere = engineCases.filter((engineCase) => !here.includes(engineCase));

describe.each(elsewhere)("an image under $title", (engineCase) => {
  const isHere = here.includes(engineCase);
  it.skipIf(!isHere)("runs, given root and the engine", () => expect(isHere).toBe(true));
});

describe.each(here)("an image under $title", { timeout: 60_000 }, (engineCase) => {
  const { title, hasUser } = engineCase;
  const folder = join(workplace.folder, `engine-${engineCases.indexOf(engineCase)}`);
  let engine: ContainerEngine | undefined;
  let problem: string | undefined;

  const command = (image: keyof typeof sources, words: readonly string[], environment = {}) => {
    if (engine === undefined) throw new Error(`${title} is not open`);
    return engine.command(`tsuki-test-${process.pid}-${count++}`, image, words, environment);
  };
  const run = (...parameters: Parameters<typeof command>) => {
    const [program = "", ...rest] = command(...parameters);
    return spawnSync(program, rest, { encoding: "utf8", timeout: 30_000 });
  };
  const start = (...parameters: Parameters<typeof command>) => {
    const [program = "", ...rest] = command(...parameters);
    return spawn(program, rest, { stdio: ["ignore", "pipe", "ignore"] });
  };
  const needsEngine = ({ skip }: TestContext): void => skip(problem !== undefined, problem);

  beforeAll(async () => {
    mkdirSync(folder);
    try {
      engine = await engineCase.open(folder, images);
    } catch (error) {
      problem = `${title} does not work here: ${error instanceof Error ? error.message : String(error)}`;
    }
  }, 60_000);
  afterAll(async () => {
    await engine?.close();
  }, 60_000);

  it("gets arguments and environment, and gives its status", (context) => {
    needsEngine(context);
    const { stdout, stderr } = run("app", ["show", "x"], { A: "1" });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^argument show\nargument x\n/);
    expect(stdout).toContain("variable A=1\n");
    expect(stdout).toContain("variable GREETING=built in\n");
    expect(run("app", ["exit", "7"]).status).toBe(7);
  });

  it("is sealed on top of the engine's profile, without rights, and stops when asked", async (context) => {
    needsEngine(context);
    const mark = `mark-${process.pid}-${count}`;
    const child = start("app", ["wait", mark]);
    await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    const pid = processWith(mark);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    expect(status).toMatch(/^CapEff:\s0+$/m);
    expect(status).toMatch(/^CapBnd:\s0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s1$/m);
    expect(status).toMatch(/^Seccomp:\s2$/m);
    if (/^Seccomp_filters:/m.test(status)) expect(status).toMatch(/^Seccomp_filters:\s2$/m);
    if (hasUser) expect(status).toMatch(/^Uid:\s65534\s/m);
    process.kill(pid, "SIGTERM");
    expect(await exitOf(child)).toBe(143);
  });

  it("serves in C", async (context) => {
    needsEngine(context);
    const port = await freePort();
    const child = start("app", ["serve"], { TSUKI_LISTEN: `127.0.0.1:${port}` });
    expect(await ask(port)).toBe("served\n");
    expect(await exitOf(child)).toBe(0);
  });

  it("serves in TypeScript until it is asked to stop", async (context) => {
    needsEngine(context);
    const port = await freePort();
    const mark = `mark-${process.pid}-${count}`;
    const child = start("service", [mark], { PORT: String(port) });
    await untilListening(port);
    const response = await fetch(`http://127.0.0.1:${port}/moon`);
    expect(await response.json()).toEqual({ greeting: "Hello, moon!" });
    process.kill(processWith(mark), "SIGTERM");
    expect(await exitOf(child)).toBe(0);
  });
});

/** The app's process that has this word among its arguments, as the host numbers it. */
function processWith(mark: string): number {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = processes.find((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return /^\/(?:app|service)$/.test(words[0] ?? "") && words.includes(mark);
    } catch {
      return false; // It ended meanwhile.
    }
  });
  if (found === undefined) throw new Error(`no process has ${mark} among its arguments`);
  return Number(found);
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  return await new Promise((settle) => child.once("exit", settle));
}
