import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TsukiError } from "../../src/contracts/errors.ts";
import { makeImage, makeProgram, runInV8 } from "./programs.fixture.ts";

async function failure(source: string, mode: "auto" | "strict" = "auto"): Promise<TsukiError> {
  try {
    await makeProgram(source, mode);
  } catch (error) {
    if (error instanceof TsukiError) return error;
    throw error;
  }
  throw new Error("the program was made into an app");
}

/** What only an instance knows, and what messages call it. */
const unknowns: readonly (readonly [string, string])[] = [
  ["Date.now();", "the clock"],
  ["new Date();", "the clock"],
  ["performance.now();", "the clock"],
  ["Math.random();", "random numbers"],
  ["setTimeout(() => {}, 1);", "the clock"],
  ["(globalThis as any).tsuki.random(8);", "random numbers"],
  ["(globalThis as any).tsuki.environment();", "the environment"],
  ["(globalThis as any).tsuki.arguments();", "its arguments"],
  ["(globalThis as any).tsuki.setDeadline(1);", "a timer"],
  ["(globalThis as any).tsuki.exit(0);", "the end of the instance"],
  ['(globalThis as any).tsuki.httpListen("", 80);', "the network or files"],
];

describe.each(unknowns)("a program that asks at its top level: %s", (call, what) => {
  const source = `\n\nconst value = ${call}\nexport { value };\n`;

  it("is evaluated at start, with one line that says why", async () => {
    const { notice } = await makeProgram(source);
    expect(notice).toMatch(/^tsuki: app\.ts:3 asks for .* so it is evaluated at every start/);
    expect(notice).toContain(`app.ts:3 asks for ${what} while the program loads`);
    expect(notice).toMatch(/about \d+ ms each time/);
  });

  it("is refused when pre-initialisation is strict", async () => {
    const { code, message } = await failure(source, "strict");
    expect(code).toBe("javascript-preinit");
    expect(message).toContain(`app.ts:3 asks for ${what}`);
  });
});

it("gives every instance what it asks for at its top level", async () => {
  const { app } = await makeProgram("console.log(Math.random(), Date.now());");
  const first = runInV8(app, { random: (bytes) => bytes.fill(1) }).output;
  expect(runInV8(app, { random: (bytes) => bytes.fill(1) }).output).toBe(first);
  expect(runInV8(app, { random: (bytes) => bytes.fill(2) }).output).not.toBe(first);
  expect(first.split(" ")[1]).toBe("1700000000000\n");
});

it("evaluates nothing when it is off", async () => {
  const thrown = await makeProgram('throw new Error("at start");', "off");
  expect(thrown.notice).toBe("");
  const { status, errors } = runInV8(thrown.app);
  expect(status).toBe(1);
  expect(errors).toMatch(/^Uncaught Error: at start\n {4}at .*app\.ts:1/);
});

it("prints an error without a trace, as when memory has run out", async () => {
  const source = 'throw Object.defineProperty(new Error("bare"), "stack", { value: undefined });';
  const { app } = await makeProgram(source, "off");
  expect(runInV8(app).errors).toBe("Uncaught Error: bare\n");
});

it("ends with an error that comes late in the top level at start", async () => {
  const { app } = await makeProgram(
    'await new Promise((resolve) => setTimeout(resolve, 1));\nthrow new Error("late");',
  );
  const { status, errors } = runInV8(app);
  expect(status).toBe(1);
  expect(errors).toMatch(/^Uncaught Error: late\n {4}at .*app\.ts:2/);
});

it("names the line of an error that the program throws while it is built", async () => {
  const { code, message, detail } = await failure(
    'function check() {\n  throw new TypeError("no");\n}\n\ncheck();\n',
  );
  expect(code).toBe("javascript-throws");
  expect(message).toBe("app.ts fails while it loads at app.ts:2: TypeError: no");
  expect(detail).toMatch(/^Uncaught TypeError: no\n {4}at check \(app\.ts:2\)\n.*app\.ts:5/);
});

it("refuses a program whose rejection nobody handles while it is built", async () => {
  const { message } = await failure('Promise.reject(new Error("lost"));');
  expect(message).toBe("app.ts fails while it loads at app.ts:1: Error: lost");
});

it("refuses a top-level await that never settles", async () => {
  const { code, message } = await failure("await new Promise(() => {});");
  expect(code).toBe("javascript-throws");
  expect(message).toMatch(/a top-level await never settles/);
});

it("leaves a program that does not end to its instances", { timeout: 60_000 }, async () => {
  const { notice } = await makeProgram("for (let round = 0; ; round++) {}");
  expect(notice).toMatch(/^tsuki: app\.ts:1 asks for more time than a build gives it/);
});

it("reports what the engine does not understand", async () => {
  const { code, message } = await failure("export const label = /(/;");
  expect(code).toMatch(/^javascript-/);
  expect(message).toMatch(/SyntaxError/);
});

it.runIf(process.platform === "linux")("needs less than 8 MiB as a sealed process", async () => {
  const { app } = await makeProgram("export default () => { setTimeout(() => {}, 60_000); };");
  const folder = mkdtempSync(join(tmpdir(), "tsuki-memory-"));
  const path = join(folder, "app");
  writeFileSync(path, await makeImage(app), { mode: 0o755 });
  const child = spawn(path, { stdio: "ignore" });
  try {
    await once(child, "spawn");
    await expect.poll(() => residentKibibytes(child.pid ?? 0)).toBeGreaterThan(500);
    expect(residentKibibytes(child.pid ?? 0)).toBeLessThan(8 * 1024);
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

function residentKibibytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

it("leaves recursion that is too deep for the build to the instances", async () => {
  const { app, notice } = await makeProgram(
    `let depth = 0;
    const descend = (): number => 1 + [1].map(() => { depth++; return descend(); }).length;
    try { descend(); } catch (error) { console.log(String(error), depth > 100); }`,
  );
  if (notice !== "") expect(notice).toMatch(/a deeper stack than a build has/);
  expect(app.length).toBeGreaterThan(0);
});
