/** The supervisor as it is started, and what comes to its socket. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { builtFile } from "../../engine/package-files.ts";

const isLinux = process.platform === "linux" && process.arch === "x64";
const program = builtFile("tsuki-host");
const socket = `supervise-test-${process.pid}`.padEnd(107, "-");
const usage = "usage: tsuki-host supervise SOCKET RESTART ... GROUPS ISOLATION PROGRAM NAME ...";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-supervise-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function words(...command: readonly string[]): string[] {
  return ["supervise", socket, "0", "100000", "2", "-", "-", "-", "-", ...command];
}

async function hold(...command: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, words(...command), {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  await once(child.stdout, "data");
  return child;
}

/** What the state says of an instance's health after each of these replies to its probes. */
async function healthBy(replies: readonly Uint8Array[]): Promise<readonly number[]> {
  const found: number[] = [];
  const health = () =>
    Number(/^health=(\d)$/m.exec(readFileSync(join(folder, "state"), "utf8"))?.[1]);
  let count = 0;
  const server = createServer((connection) => {
    connection.on("error", () => {});
    if (count > 0 && found.length < replies.length) found.push(health());
    const reply = replies[count++];
    if (reply === undefined) return void server.emit("answered");
    const middle = reply.length >> 1;
    connection.setNoDelay().once("data", () => {
      connection.write(reply.subarray(0, middle), () => connection.end(reply.subarray(middle)));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const answered = once(server, "answered");
  const check = `${port} 1 10000 1 0 /`;
  const command = [
    "supervise",
    socket,
    "0",
    "100000",
    "2",
    check,
    "-",
    "-",
    "-",
    "/bin/sleep",
    "sleep",
    "1000",
  ];
  const child = spawn(program, command, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  await answered;
  server.close();
  await ask("stop 5\n");
  await once(child, "exit");
  return found;
}

async function ask(request: string | Uint8Array): Promise<string> {
  const connection = connect(`\0${socket}`);
  connection.write(request);
  return await text(connection).catch(() => "closed");
}

describe.skipIf(!isLinux)(`a supervisor${isLinux ? "" : " (needs Linux on x86-64)"}`, () => {
  it.each([
    ["too few words", ["supervise", "x"], usage],
    [
      "a number that is none",
      ["supervise", "x", "0", "ten", "2", "-", "-", "-", "-", "/bin/true", "true"],
      "ten: is no number",
    ],
    [
      "too many files",
      ["supervise", "x", "0", "1", "10", "-", "-", "-", "-", "/bin/true", "true"],
      "10: is out of range",
    ],
    [
      "a health check that is none",
      ["supervise", "x", "0", "1", "1", "80 1 1 x 1 /", "-", "-", "-", "/bin/true", "true"],
      "80 1 1 x 1 /: is no health check",
    ],
    ["a missing program", words("/absent", "absent"), "/absent: there is no such program"],
    ["a file that is no program", words("/dev/null", "null"), "/dev/null: may not be executed"],
  ])("refuses %s in one line", (_what, command, said) => {
    const { status, stderr } = spawnSync(program, command, { cwd: folder, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 125, stderr: `tsuki: ${said}\n` });
  });

  it("is the only one of its name", async () => {
    const first = await hold("/bin/sleep", "sleep", "1000");
    const second = spawnSync(program, words("/bin/true", "true"), {
      cwd: folder,
      encoding: "utf8",
    });
    expect(await ask("stop 5\n")).toBe("exited 143\n");
    await once(first, "exit");
    expect(second.stderr).toBe(`tsuki: ${socket}: runs already\n`);
  });

  it("finds an instance well by a status line of HTTP/1, and ill by whatever else answers", async () => {
    const digit = fc.constantFrom(..."0123456789");
    const line = fc
      .tuple(fc.constantFrom("HTTP/1.", "HTTP/2.", "http/1."), digit, digit, digit, digit)
      .map(([version, minor, ...status]) => `${version}${minor} ${status.join("")} Fine\r\n\r\n`);
    const cut = fc.tuple(line, fc.nat(14)).map(([whole, length]) => whole.slice(0, length));
    const reply = fc
      .oneof(line, cut, fc.string({ unit: "binary" }))
      .map((said) => Buffer.from(said, "latin1"));
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 30 }), async (replies) => {
        const expected = replies.map((bytes) =>
          /^HTTP\/1\.\d [23]\d\d/.test(bytes.toString("latin1")) ? 2 : 3,
        );
        expect(await healthBy(replies)).toEqual(expected);
      }),
      { numRuns: 4 },
    );
  });

  it("ends by force what does not end when asked", async () => {
    const child = await hold(
      "/bin/sh",
      "sh",
      "-c",
      "trap '' TERM; echo; while :; do sleep 1; done",
    );
    await vi.waitUntil(() => statSync(join(folder, "log")).size > 0);
    expect(await ask("stop 0\n")).toBe("exited 137\n");
    await once(child, "exit");
    expect(readFileSync(join(folder, "state"), "utf8")).toMatch(/^status=exited\n.*\nexit=137\n$/s);
  });

  it("stops in order when it is asked by a signal", async () => {
    const child = await hold("/bin/sleep", "sleep", "1000");
    const waiting = ask("wait\n");
    expect(await ask("unheard of\n")).toBe("unknown\n");
    child.kill("SIGTERM");
    expect(await waiting).toBe("exited 143\n");
    await once(child, "exit");
  });

  it("logs long lines in parts, and the last one without its end", async () => {
    const script = "head -c 40000 /dev/zero | tr '\\0' x; echo; printf end";
    await once(await hold("/bin/sh", "sh", "-c", script), "exit");
    const lines = readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n");
    const parts = lines.map((line) => ({ tag: line.slice(38, 39), length: line.length - 40 }));
    expect(parts.filter(({ tag }) => tag === "F")).toHaveLength(1);
    expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(40_003);
    expect(parts.at(-1)).toEqual({ tag: "P", length: 3 });
  });

  it("begins a new file of the log by its size, however many supervisors wrote it", async () => {
    const script = "head -c 60000 /dev/zero | tr '\\0' x";
    await once(await hold("/bin/sh", "sh", "-c", script), "exit");
    expect(readdirSync(folder)).not.toContain("log.1");
    await once(await hold("/bin/sh", "sh", "-c", script), "exit");
    expect(readdirSync(folder)).toContain("log.1");
  });

  it("answers or hangs up, whatever is said to it", async () => {
    const child = await hold("/bin/sleep", "sleep", "1000");
    const said = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.string({ minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(said, async (request) => {
        const bytes = Buffer.from(request).filter((byte) => byte !== 10);
        const answer = await ask(Buffer.concat([Buffer.from("?"), bytes, Buffer.from("\n")]));
        expect(["unknown\n", "", "closed"]).toContain(answer);
      }),
      { numRuns: 50 },
    );
    expect(await ask("stop 5\n")).toBe("exited 143\n");
    await once(child, "exit");
  });
});
