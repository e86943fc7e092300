/**
 * What keeps an instance from its host besides the seal: a kernel that has none tries to get out, and
 * /proc tells of living instances. As root and as somebody else.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import binaryen from "binaryen";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { build } from "../../src/engine/build.ts";
import { hostAbilities } from "../../src/engine/host/abilities.ts";
import { isolationOf } from "../../src/engine/instances/isolation.ts";
import { builtFile } from "../../src/engine/package-files.ts";
import { buildProgram } from "../../src/image/build.ts";
import { compileKernel } from "../../tools/build-kernel.ts";
import { freePort } from "../free-port.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const abilities = canRun ? hostAbilities() : { namespaces: [], landlock: 0 };

const folder = mkdtempSync(join(tmpdir(), "tsuki-isolation-"));
const unsealed = join(folder, "unsealed");
const waiting = join(folder, "waiting");

/** An app for which the kernel has files and sockets. */
const app = `(module
  (import "wasi_snapshot_preview1" "path_open"
    (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_open" (func (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))`;

/** Prints a line once it runs, and waits until it is stopped. */
const program = 'console.log("ready");\nprocess.stdin.readText();\n';

beforeAll(async () => {
  if (!canRun) return;
  chmodSync(folder, 0o777);
  for (const name of ["given", "read-only"]) {
    mkdirSync(join(folder, name));
    chmodSync(join(folder, name), 0o777);
    writeFileSync(join(folder, name, "file"), "inside");
  }
  writeFileSync(join(folder, "outside"), "outside");
  const { wasm: kernel } = await compileKernel("tests/security/unsealed.fixture.as.ts");
  const parsed = new Uint8Array(binaryen.parseText(app).emitBinary());
  writeFileSync(unsealed, await buildProgram({ platform: "linux", kernel, app: parsed }));
  writeFileSync(join(folder, "waiting.as.ts"), program);
  const { path } = await build({
    sources: ["waiting.as.ts"],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: folder,
    environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
    platform: "linux",
  });
  copyFileSync(path, waiting);
  for (const image of [unsealed, waiting]) chmodSync(image, 0o755);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** Who runs it: this user, and where this is root, somebody who is not. */
const users: readonly (readonly [string, { readonly uid?: number; readonly gid?: number }])[] = [
  [isRoot ? "root" : "this user", {}],
  ...(isRoot ? [["nobody", { uid: nobody, gid: nobody }] as const] : []),
];

const needed = canRun ? "" : " (needs Linux on x86-64)";

describe.skipIf(!canRun).each(users)(
  `an isolated kernel of %s without a seal${needed}`,
  (_, user) => {
    async function attempts(setting: string) {
      const mounts = [`${join(folder, "given")}:/given`, `${join(folder, "read-only")}:/only:ro`];
      const environment = {
        TSUKI_ISOLATION: setting,
        TSUKI_MOUNT: mounts.join(","),
        TSUKI_PUBLISH: `127.0.0.1:${await freePort()}:80`,
      };
      // Descriptor 9 is one that nobody meant it to have.
      const shell = ["-c", 'exec 9<"$0"; exec "$0"', unsealed];
      const options = { env: environment, encoding: "utf8", timeout: 10_000, ...user } as const;
      const { status, stdout, stderr } = spawnSync("/bin/sh", shell, options);
      rmSync(join(folder, "given", "new"), { force: true });
      const lines = stdout.trimEnd().split("\n");
      const results: Readonly<Record<string, string | undefined>> = Object.fromEntries(
        lines.map((line) => line.split(" ") as [string, string]),
      );
      return { status, stderr, ...results };
    }

    /** By what Landlock here knows; with a version below 2 there would be no rules for folders. */
    const denied = abilities.landlock >= 2 ? "-13" : "0";
    const portDenied = abilities.landlock >= 4 ? "-13" : "0";
    const refused = { mount: "-1", chroot: "-1", hostname: "-1", descriptor: "-9" };
    const inside = { status: 0, stderr: "", inside: "0", create: "0", published: "0" };
    const outside = { escape: denied, "read-only-create": denied, unpublished: portDenied };

    it("reaches its folders and its ports, and nothing else", async () => {
      expect(await attempts("none")).toMatchObject({
        ...inside,
        ...outside,
        ...refused,
        root: denied,
      });
    });

    const hasMounts = abilities.namespaces.includes("mnt");
    it.skipIf(!hasMounts)("finds nothing at all in its own root", async () => {
      const absent = { ...inside, ...outside, ...refused, root: "-2" };
      expect(await attempts("auto")).toMatchObject(absent);
    });

    it.skipIf(abilities.landlock < 6)("sends no signals", async () => {
      expect(await attempts("auto")).toMatchObject({ signal: "-1" });
    });
  },
);

describe.skipIf(!canRun).each(users)(`a living instance of %s${needed}`, (_, user) => {
  const start = async (setting: string): Promise<ChildProcess> => {
    const stray = openSync("/dev/null", "r");
    const child = spawn(waiting, {
      env: { TSUKI_ISOLATION: setting },
      stdio: ["pipe", "pipe", "inherit", stray, "pipe"],
      ...user,
    });
    await once(child.stdout ?? child, "data");
    return child;
  };
  const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> => {
    const ended: Promise<unknown> = once(child, "exit");
    child.kill(signal);
    return await ended;
  };

  it("has no rights and three descriptors", async () => {
    const child = await start("auto");
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) {
      expect(status).toMatch(new RegExp(`^${set}:\\s0{16}$`, "m"));
    }
    expect(status).toMatch(/^NoNewPrivs:\s1$/m);
    expect(status).toMatch(/^Seccomp:\s2$/m);
    expect(readdirSync(`/proc/${child.pid}/fd`)).toEqual(["0", "1", "2"]);
    expect(await end(child, "SIGTERM")).toEqual([null, "SIGTERM"]);
  });

  it("has the namespaces that the host allows, and an empty root", async () => {
    const child = await start("auto");
    const isolation = isolationOf(child.pid ?? 0, true);
    const own = ["mnt", "ipc", "uts"].filter((name) =>
      abilities.namespaces.some((n) => n === name),
    );
    const needsUser = user.uid !== undefined || !isRoot;
    expect(isolation).toMatchObject({
      Namespaces: needsUser && own.length > 0 ? ["user", ...own] : own,
      EmptyRoot: own.includes("mnt"),
      User: isRoot ? nobody : process.getuid?.(),
      Capabilities: [],
    });
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    if (isRoot && user.uid === undefined) expect(status).toMatch(/^CapBnd:\s0{16}$/m);
    expect(readFileSync(`/proc/${child.pid}/limits`, "utf8")).toMatch(
      /^Max core file size\s+0\s+0 /m,
    );
    expect(await end(child, "SIGKILL")).toEqual([null, "SIGKILL"]);
  });

  it("shares the host's namespaces with none", async () => {
    const child = await start("none");
    expect(isolationOf(child.pid ?? 0, false)).toMatchObject({ Namespaces: [], EmptyRoot: false });
    await end(child, "SIGKILL");
  });
});

describe.skipIf(!canRun).each(users)(`a supervised instance of %s${needed}`, (who, user) => {
  const socket = `isolation-test-${process.pid}-${who}`.padEnd(107, "-");
  const ask = async (request: string): Promise<string> => {
    const connection = connect(`\0${socket}`);
    connection.write(`${request}\n`);
    return await text(connection).catch(() => "closed");
  };
  const hold = async (): Promise<{ supervisor: ChildProcess; pid: number }> => {
    const settings = [socket, "0", "100000", "2", "-", "pipe", "-", "pid"];
    const place = mkdtempSync(join(folder, "instance-"));
    chmodSync(place, 0o777);
    const supervisor = spawn(
      builtFile("tsuki-host"),
      ["supervise", ...settings, waiting, "waiting"],
      { cwd: place, env: { TSUKI_ISOLATION: "auto" }, stdio: ["ignore", "pipe", "pipe"], ...user },
    );
    await once(supervisor.stdout, "data");
    await vi.waitUntil(() => readFileSync(join(place, "log"), "utf8").includes("ready"));
    const state = readFileSync(join(place, "state"), "utf8");
    return { supervisor, pid: Number(/^pid=(\d+)$/m.exec(state)?.[1]) };
  };
  /** Whoever inherits it takes note of its end in their own time. */
  const hasEnded = (pid: number): boolean =>
    !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

  const hasProcesses = abilities.namespaces.includes("pid");
  it.skipIf(!hasProcesses)("is the first process of a namespace of its own", async () => {
    const { supervisor, pid } = await hold();
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    expect(status).toMatch(new RegExp(`^NSpid:\\s${pid}\\s.*1$`, "m"));
    const isolation = isolationOf(pid, true);
    expect(isolation?.Namespaces).toEqual(
      abilities.namespaces.filter(
        (name) => name !== "net" && (name !== "user" || user.uid !== undefined || !isRoot),
      ),
    );
    expect(isolation).toMatchObject({
      EmptyRoot: true,
      User: isRoot ? nobody : process.getuid?.(),
    });
    expect(await ask("stop 5")).toBe("exited 143\n");
    await once(supervisor, "exit");
  });

  it.each([
    [1, 129],
    [2, 130],
    [9, 137],
    [10, 138],
    [15, 143],
  ])("is ended by signal %i with status %i", async (signal, status) => {
    const { supervisor } = await hold();
    const waitingForIt = ask("wait");
    await ask(`kill ${signal}`);
    expect(await waitingForIt).toBe(`exited ${status}\n`);
    if (supervisor.exitCode === null) await once(supervisor, "exit");
  });

  it("ends with its supervisor", async () => {
    const { supervisor, pid } = await hold();
    supervisor.kill("SIGKILL");
    await once(supervisor, "exit");
    await vi.waitUntil(() => hasEnded(pid), { timeout: 10_000 });
  });
});
