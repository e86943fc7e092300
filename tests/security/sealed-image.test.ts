/** What /proc tells about a living instance of a linux image: SECURITY.md's claims, seen from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appBase } from "../../src/contracts/machine-interface.ts";
import { build } from "../../src/engine/build.ts";

const canRun = process.platform === "linux" && process.arch === "x64";

/** Prints a line once it runs, that is, once it is sealed; then waits for its input to end. */
const program = 'console.log("sealed");\nprocess.stdin.readText();\n';

const appReach = 8n << 30n;
const guardBytes = 65_536n;
const stackBytes = 8n << 20n;

interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly rights: string;
}

function parseMappings(text: string): Mapping[] {
  return [...text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) (\S+)/gm)].map(([, start, end, rights]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    rights: rights ?? "",
  }));
}

describe.skipIf(!canRun)("a living sealed process", () => {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
  let instance: ChildProcess | undefined;
  let status = "";
  let mappings: Mapping[] = [];

  beforeAll(async () => {
    writeFileSync(join(folder, "waiting.as.ts"), program);
    const { path } = await build({
      sources: ["waiting.as.ts"],
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: folder,
      environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
      platform: "linux",
    });
    const child = spawn(path, { stdio: ["pipe", "pipe", "inherit"] });
    instance = child;
    await once(child.stdout, "data");
    status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    mappings = parseMappings(readFileSync(`/proc/${child.pid}/maps`, "utf8"));
  }, 60_000);

  afterAll(() => {
    instance?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("can gain no privileges and is in seccomp's filter mode", () => {
    expect(status).toMatch(/^NoNewPrivs:\s1$/m);
    expect(status).toMatch(/^Seccomp:\s2$/m);
  });

  it("has one thread, which nothing runs beside", () => {
    expect(status).toMatch(/^Threads:\s1$/m);
  });

  it("has no page that is both writable and executable", () => {
    expect(mappings.length).toBeGreaterThan(0);
    expect(mappings.filter(({ rights }) => /w.*x/.test(rights))).toEqual([]);
  });

  it("has nothing at and near address 0", () => {
    expect(mappings.filter(({ start }) => start < 1n << 20n)).toEqual([]);
  });

  it("has a guard below its stack", () => {
    const index = mappings.findIndex(({ start, end }) => end - start === stackBytes);
    const [below, stack] = [mappings[index - 1], mappings[index]];
    expect(below).toBeDefined();
    expect(stack).toBeDefined();
    if (below === undefined || stack === undefined) return;
    expect(stack.start - below.end).toBeGreaterThanOrEqual(guardBytes);
  });

  it("has nothing where an app can reach but the app's memory, which is not executable", () => {
    const reach = mappings.filter(({ start, end }) => end > appBase && start < appBase + appReach);
    let next = appBase;
    for (const { start, end, rights } of reach) {
      expect(start).toBe(next);
      expect(rights).toBe("rw-p");
      next = end;
    }
    expect(next).toBeGreaterThan(appBase);
    expect(next).toBeLessThan(appBase + (4n << 30n));
  });

  it("ends well when its input does", async () => {
    if (instance === undefined) throw new Error("it was never started");
    const ended = once(instance, "exit");
    instance.stdin?.end();
    expect(await ended).toEqual([0, null]);
  });
});
