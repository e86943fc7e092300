/** What every monitor does, said once. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, describe, expect, test } from "vitest";
import { outOfMemoryExitStatus } from "../src/contracts/traps.ts";
import {
  consoleMonitorCase,
  type MonitorCase,
  monitorCases,
  ProbeImages,
  type ProbeInstance,
  type ProbeRun,
  startProbe,
} from "./built-monitors.fixture.ts";

const images = new ProbeImages();
afterAll(() => images.remove());

/** The first image of a platform is compiled within its first test. */
const options = { timeout: 60_000 };

const cases = [...monitorCases, consoleMonitorCase];
const here = cases.filter(({ isHere }) => isHere);
const elsewhere = cases.filter(({ isHere }) => !isHere);

describe.each(here)("$title", options, (monitorCase) => {
  const run: Run = async (words, more = {}) =>
    await startProbe(monitorCase.open(), images, { arguments: words, ...more });
  const runToEnd: RunToEnd = async (words, more) => await (await run(words, more)).ended();
  const hasConsoleOnly = monitorCase === consoleMonitorCase;
  definesOutput(runToEnd);
  definesSurroundings(runToEnd);
  if (hasConsoleOnly) definesConsole(runToEnd);
  else definesInput(runToEnd, monitorCase);
  definesUnreadInput(runToEnd);
  definesEnding(run, runToEnd);
  definesMemory(runToEnd, monitorCase);
  definesTime(runToEnd);
  if (!hasConsoleOnly) definesReports(run);
});

describe.each(elsewhere)("$title", ({ isHere }) => {
  test.skipIf(!isHere)("does what every monitor does", () => expect(isHere).toBe(true));
});

type Run = (words: readonly string[], more?: Omit<ProbeRun, "arguments">) => Promise<ProbeInstance>;
type RunToEnd = (...parameters: Parameters<Run>) => ReturnType<ProbeInstance["ended"]>;

function definesOutput(runProbe: RunToEnd): void {
  test("output arrives whole", async () => {
    const { status, output } = await runProbe(["output", "100000"]);
    expect(output.length).toBe(100_000);
    expect(output.every((byte, index) => byte === 0x61 + (index % 26))).toBe(true);
    expect(status).toBe(0);
  });
}

function definesConsole(runProbe: RunToEnd): void {
  test("standard error is on the console, and input has ended from the start", async () => {
    const { output } = await runProbe(["input"], { input: Buffer.from("x") });
    expect(output.toString()).toBe("0 bytes\n");
  });
}

function definesSurroundings(runProbe: RunToEnd): void {
  test("arguments arrive as given", async () => {
    const words = ["", "two words", "ä", "--flag", "$HOME", "a\nb"];
    const { output } = await runProbe(["arguments", ...words]);
    const expected = ["probe", "arguments", ...words].map((word) => `[${word}]\n`).join("");
    expect(output.toString()).toBe(expected);
  });

  test("the environment is exactly the one given", async () => {
    const environment = ["A=1", "EMPTY=", "EQUALS=a=b", "NODE_OPTIONS=--version"];
    const { output } = await runProbe(["environment"], { environment });
    expect(output.toString().split("\n").sort().slice(1)).toEqual(
      environment.map((v) => `[${v}]`).sort(),
    );
    const { output: none } = await runProbe(["environment"]);
    expect(none.toString()).toBe("");
  });
}

function definesInput(runProbe: RunToEnd, { largeInputBytes }: MonitorCase): void {
  test("standard error is apart from standard output", async () => {
    const { output, errors } = await runProbe(["error", "wörds\n"]);
    expect([output.toString(), errors]).toEqual(["", "wörds\n"]);
    expect((await runProbe(["output", "10"])).errors).toBe("");
  });

  test("waiting for input ends when there is some, or when the time is over", async () => {
    const late = await runProbe(["wait", "50"], { input: null });
    expect(late.output.toString()).toBe("0\n");
    const there = await runProbe(["wait", "60000"], { input: Buffer.from("x") });
    expect(there.output.toString()).toBe("1\n");
  });

  test.each([
    ["nothing", Buffer.of()],
    ["one byte", Buffer.of(0)],
    ["every byte", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ["much", randomBytes(largeInputBytes)],
  ])("standard input of %s arrives, and its end", async (_name, input) => {
    const { output, errors } = await runProbe(["input"], { input });
    expect(errors).toBe(`${input.length} bytes\n`);
    expect(output.equals(input)).toBe(true);
  });
}

function definesUnreadInput(runProbe: RunToEnd): void {
  test("input that the app does not read does not keep it", async () => {
    const { status } = await runProbe(["exit", "4"], { input: randomBytes(300_000) });
    expect(status).toBe(4);
  });

  test("an app ends although its input stays open", async () => {
    expect((await runProbe(["exit", "5"], { input: null })).status).toBe(5);
  });
}

function definesEnding(probe: Run, runProbe: RunToEnd): void {
  test.each([0, 1, 2, 42, 127, 128, 134, 137, 254, 255])("exit status %d", async (status) => {
    expect((await runProbe(["exit", String(status)])).status).toBe(status);
  });

  test.each([
    ["unreachable", "unreachable"],
    ["divide", "integer divide by zero"],
    ["overflow", "integer overflow"],
    ["convert", "invalid conversion to integer"],
    ["memory", "out of bounds memory access"],
    ["spill", "out of bounds memory access"],
    ["stack", "call stack exhausted"],
    ["call", "undefined element"],
  ])("a trap ends with 134 and its name: %s", async (kind, message) => {
    const { status, errors } = await runProbe(["trap", kind]);
    expect(errors).toContain(`tsuki: trap: ${message}\n`);
    expect(errors).toMatch(/^ {4}at \S/m);
    expect(status).toBe(134);
  });

  test.each([
    ["stop", 143],
    ["kill", 137],
  ] as const)("%s ends an app that computes, with %d", async (verb, expected) => {
    const started = await probe(["spin"]);
    await once(started.stdout, "readable");
    started.instance[verb]();
    expect((await started.ended()).status).toBe(expected);
  });
}

function definesMemory(runProbe: RunToEnd, { title }: MonitorCase): void {
  test("memory beyond the bound is refused to the app", async () => {
    const { status, errors } = await runProbe(["grow"], { memoryMebibytes: 96 });
    expect([status, errors]).toEqual([9, ""]);
  });

  test.runIf(title.startsWith("qemu"))("running out of memory ends with 137", async () => {
    const { status, errors } = await runProbe(["fill"], { memoryMebibytes: 16 });
    expect(errors).toMatch(/^tsuki: .*memory.*\n$/);
    expect(status).toBe(outOfMemoryExitStatus);
  });
}

function definesTime(runProbe: RunToEnd): void {
  test("clocks tell the time and wait as long as asked", async () => {
    const before = Math.floor(Date.now() / 1000);
    const { output } = await runProbe(["time"]);
    const [wall = 0, pause = 0] = output.toString().split(" ").map(Number);
    expect(wall).toBeGreaterThanOrEqual(before);
    expect(wall).toBeLessThanOrEqual(Date.now() / 1000);
    expect(pause).toBeGreaterThanOrEqual(20);
  });

  test("two instances draw different random numbers", async () => {
    const [one, two] = await Promise.all([runProbe(["entropy"]), runProbe(["entropy"])]);
    expect(one.output.toString()).toMatch(/^[0-9a-f]{32}\n$/);
    expect(one.output.equals(two.output)).toBe(false);
  });
}

function definesReports(run: Run): void {
  test("an instance that waits says so, and what it has done", async () => {
    const { instance, ended } = await run(["input"], { input: null, hasReports: true });
    let health = await instance.health(10_000);
    while (health?.state === "starting") health = await instance.health(10_000);
    expect(health?.state).toBe("ready");
    const first = await instance.metrics(10_000);
    const second = await instance.metrics(10_000);
    if (first === undefined || second === undefined) throw new Error("no answer");
    expect(second.uptimeNs).toBeGreaterThan(first.uptimeNs);
    expect(second.busyNs).toBeLessThanOrEqual(second.uptimeNs);
    expect(first.memoryUsedBytes).toBeGreaterThan(0);
    expect(first.memoryPeakBytes).toBeGreaterThanOrEqual(first.memoryUsedBytes);
    expect(first.memoryBytes).toBeGreaterThanOrEqual(first.memoryPeakBytes);
    expect([first.sockets, first.networkDevices, first.disks]).toEqual([0, [], []]);
    instance.kill();
    await ended();
    expect(await instance.health(10_000)).toBeUndefined();
  });

  test("an instance that computes gives no answer", async () => {
    const { instance, ended } = await run(["spin"], { hasReports: true });
    expect(await instance.health(50)).toBeUndefined();
    instance.kill();
    await ended();
  });
}
