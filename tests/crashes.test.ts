/** Whoever is killed, and whenever: the next command finds a whole instance or none, and goes on. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isolationVariable } from "../src/contracts/isolation.ts";
import { attempt } from "../src/engine/attempt.ts";
import type { InstanceStore } from "../src/engine/instances/instance-store.ts";
import { healthOf } from "../src/engine/instances/kernel-reports.ts";
import {
  createInstance,
  instanceStore,
  startInstance,
  stopInstance,
} from "../src/engine/instances/lifecycle.ts";
import { askSupervisor, supervisorWords } from "../src/engine/instances/supervisor.ts";
import { findQemu } from "../src/monitors/qemu/find-qemu.ts";
import { program, Workplace } from "./command-line.fixture.ts";
import { type Call, callsIn, canTrace, killingAt, traceNeeds } from "./strace.fixture.ts";

/** Calls by which commands change what is on the disk, or reach others. */
const changes = "mkdir,symlink,link,rename,unlink,rmdir,connect,socketpair";

/** The letter of a process's state (proc(5)), or nothing when there is none. */
function processState(pid: number): string {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}

describe.skipIf(!canTrace)(`a command that is killed${traceNeeds}`, { timeout: 120_000 }, () => {
  const place = new Workplace();
  const tsuki = async (...words: string[]) => await place.tsuki(words);
  const create = ["create", "-q", "--monitor", "process", "--name", "one", "app.c"];

  beforeAll(async () => {
    place.write("app.c", "#include <unistd.h>\nint main(void) { for (;;) sleep(1000); }\n");
    await tsuki("build", "-q", "app.c");
    await tsuki(...create);
  }, 60_000);
  afterAll(async () => {
    await tsuki("rm", "-f", "one", "other");
    place.remove();
  });

  /** What is called `one` or `other`; there is exactly one after each step of a test. */
  async function present(): Promise<readonly string[]> {
    const { output, errors } = await tsuki("ps", "-a", "--json");
    expect(errors).toBe("");
    const listed = JSON.parse(output) as readonly { readonly name: string }[];
    return listed.map(({ name }) => name);
  }

  /**
   * Does a command, and then again and again, killed at one of its calls after the other; `mend` looks at
   * what is left each time, and sees to it that the command can be done. How often it was killed.
   */
  async function killEverywhere(
    words: readonly string[],
    mend: () => Promise<void>,
  ): Promise<number> {
    const node = [process.execPath, program, ...words];
    await place.run("strace", ["-o", "trace", "-e", `trace=${changes}`, ...node]);
    await mend();
    const calls = callsIn(readFileSync(join(place.folder, "trace"), "utf8"));
    let kills = 0;
    for (const call of calls) {
      const { signal } = await place.run("strace", [...killingAt(call), ...node]);
      kills += Number(signal === "SIGKILL");
      await mend();
    }
    return kills;
  }

  it("leaves a whole instance or none, and its name to be had, when it makes one", async () => {
    await tsuki("rm", "one");
    const kills = await killEverywhere(create, async () => {
      if ((await present()).length === 0) await tsuki(...create);
      expect(await tsuki("start", "one")).toMatchObject({ output: "one\n", errors: "" });
      await tsuki("rm", "-f", "one");
    });
    expect(kills).toBeGreaterThan(4);
    await tsuki(...create);
  });

  it("leaves an instance its old name or gives it the new one", async () => {
    const kills = await killEverywhere(["rename", "one", "other"], async () => {
      const [name = ""] = await present();
      expect(["one", "other"]).toContain(name);
      if (name === "other") await tsuki("rename", "other", "one");
    });
    expect(kills).toBeGreaterThan(2);
    expect(await present()).toEqual(["one"]);
  });

  it("leaves an instance that can be started, or one that runs, when it starts it", async () => {
    const kills = await killEverywhere(["start", "one"], async () => {
      expect(await tsuki("start", "one")).toMatchObject({ output: "one\n", errors: "" });
      await tsuki("stop", "-t", "5", "one");
    });
    expect(kills).toBeGreaterThan(0);
  });

  it("leaves an instance or none when it removes it", async () => {
    const kills = await killEverywhere(["rm", "one"], async () => {
      if ((await present()).length === 0) {
        expect(await tsuki(...create)).toMatchObject({ errors: "", status: 0 });
      }
    });
    expect(kills).toBeGreaterThan(3);
    expect(await present()).toEqual(["one"]);
  });
});

describe.skipIf(!canTrace)(`a supervisor that is killed${traceNeeds}`, { timeout: 120_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), "tsuki-crash-"));
  let store: InstanceStore;

  beforeAll(() => {
    store = instanceStore({ XDG_DATA_HOME: home });
  });
  afterAll(() => rmSync(home, { recursive: true }));

  const make = async () =>
    await createInstance(
      store,
      {
        name: undefined,
        image: "sleep",
        imagePath: "/bin/sleep",
        monitor: "process",
        machine: "microvm",
        accelerator: "tcg",
        arguments: ["sleep", "1000"],
        // The first process of a namespace has no signal end it that it does not ask for.
        environment: [`${isolationVariable}=none`],
        restart: "0",
        stopTimeoutSeconds: 5,
        isTemporary: false,
        ports: [],
        labels: {},
      },
      "2026-01-02T03:04:05.000Z",
    );

  /** Starts an instance, holds it, lets it go and stops it, as far as its supervisor lives. */
  async function live(
    { record, folder }: Awaited<ReturnType<typeof make>>,
    words: readonly string[],
  ): Promise<NodeJS.Signals | null> {
    const [command = "", ...rest] = [...words, ...supervisorWords(record, folder)];
    const child = spawn(command, rest, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(child, "exit");
    await Promise.race([once(child.stdout, "data"), ended]);
    for (const request of ["pause", "resume", "stop 5"] as const) {
      await askSupervisor(record.id, request);
    }
    const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    return signal;
  }

  /** Looks at what is left when it is killed at a call; whether it came to that. */
  async function killAt(call: Call): Promise<boolean> {
    const instance = await make();
    const { id } = instance.record;
    const wasKilled = (await live(instance, ["strace", ...killingAt(call)])) === "SIGKILL";
    const { state } = store.require(id);
    expect(["created", "exited"]).toContain(state.status);
    if (state.pid !== 0) expect(processState(state.pid)).not.toMatch(/[SRDTt]/);
    await startInstance(store.require(id));
    expect(store.require(id).state.status).toBe("running");
    await stopInstance(store.require(id));
    expect(store.require(id).state).toMatchObject({ status: "exited", exitStatus: 143 });
    await store.remove(store.require(id));
    return wasKilled;
  }

  it("at any system call leaves what can be started again, and no process", async () => {
    const trace = join(home, "trace");
    const instance = await make();
    await live(instance, ["strace", "-o", trace]);
    await store.remove(instance);
    const left = [...callsIn(readFileSync(trace, "utf8"))];
    let kills = 0;
    const killSome = async (): Promise<void> => {
      for (let call = left.pop(); call !== undefined; call = left.pop()) {
        if (await killAt(call)) kills++;
      }
    };
    await Promise.all(Array.from({ length: 4 }, killSome));
    expect(kills).toBeGreaterThan(50);
    expect(readdirSync(join(home, "tsuki", "instances"))).toEqual(["events", "names"]);
  });

  it("has flushed each state before it takes the last one's place", async () => {
    const instance = await make();
    const trace = join(home, "trace");
    const calls = "trace=open,write,fsync,rename";
    await live(instance, ["strace", "-o", trace, "-e", calls]);
    const text = readFileSync(trace, "utf8");
    const changesOfState = [
      ...text.matchAll(
        /open\("state\.new".* = (\d+)\nwrite\(\1.*\nfsync\(\1\) += 0\nrename\("state/g,
      ),
    ];
    expect(text.match(/rename\("state\.new"/g)).toHaveLength(changesOfState.length);
    expect(changesOfState.length).toBeGreaterThanOrEqual(4);
  });
});

/** Processes that work in a folder, as all those of an instance do. */
function processesIn(folder: string): readonly number[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => {
    const place = attempt(() => readlinkSync(`/proc/${id}/cwd`));
    return place === folder && processState(id) !== "Z";
  });
}

const held = findQemu(process.env) === undefined ? ["node"] : ["node", "qemu"];

describe.skipIf(!canTrace)(`an instance that Node holds${traceNeeds}`, { timeout: 120_000 }, () => {
  const place = new Workplace();
  const home = join(place.environment["HOME"] ?? "", ".local", "share");
  const store = instanceStore({ XDG_DATA_HOME: home });
  beforeAll(() => {
    place.write("app.c", "#include <unistd.h>\nint main(void) { for (;;) sleep(1000); }\n");
  });
  afterAll(() => place.remove());

  const make = async (monitor: string) => {
    const create = ["create", "-q", "--monitor", monitor, "--name", monitor, "app.c"];
    expect(await place.tsuki(create)).toMatchObject({ status: 0 });
    return store.require(monitor);
  };
  const isReady = async (id: string) => (await healthOf(store.require(id)))?.state === "ready";
  const isGone = async (folder: string) =>
    await vi.waitUntil(() => processesIn(folder).length === 0, { timeout: 20_000 });

  it.each(held)("on %s leaves no process, whichever of them is killed", async (monitor) => {
    const { record, folder } = await make(monitor);
    // The supervisor, Node, and the guest's own process; killed from the last to the first.
    for (const index of [2, 1, 0]) {
      await startInstance(store.require(record.id));
      await vi.waitUntil(async () => await isReady(record.id), { timeout: 30_000 });
      const processes = [...processesIn(folder)].sort((one, other) => one - other);
      expect(processes).toHaveLength(3);
      process.kill(processes[index] ?? 0, "SIGKILL");
      await isGone(folder);
      expect(store.require(record.id).state).toMatchObject({ status: "exited" });
    }
    await store.remove(store.require(record.id));
  });

  it.each(held)("on %s leaves none when Node is killed at any step", async (monitor) => {
    const { record, folder } = await make(monitor);
    const [command = "", ...words] = supervisorWords(record, folder);
    const node = words.indexOf(process.execPath);

    /** Holds the instance with its Node under strace, until that ends or the guest runs, and stops it. */
    const live = async (strace: readonly string[]): Promise<string> => {
      // Not as Node's parent, which would have the signals that are Node's.
      const traced = ["/usr/bin/env", "env", "strace", "-D", ...strace, process.execPath];
      const line = [...words.slice(0, node), ...traced, ...words.slice(node + 2)];
      const child = spawn(command, line, { cwd: folder, env: place.environment, stdio: "ignore" });
      const ended = once(child, "exit");
      const settled = vi.waitUntil(
        async () => child.exitCode !== null || (await isReady(record.id)),
        {
          timeout: 30_000,
        },
      );
      await settled;
      await askSupervisor(record.id, "stop 5");
      await ended;
      await isGone(folder);
      return /^exit=(\d+)$/m.exec(readFileSync(join(folder, "state"), "utf8"))?.[1] ?? "";
    };

    const trace = join(place.folder, "trace");
    expect(await live(["-o", trace, "-e", "trace=pipe2,socketpair,clone,vfork,kill"])).toBe("143");
    const ends: string[] = [];
    for (const call of callsIn(readFileSync(trace, "utf8"))) ends.push(await live(killingAt(call)));
    expect(ends.filter((status) => status === "137").length).toBeGreaterThan(4);
    await store.remove(store.require(record.id));
  });
});

describe.skipIf(!canTrace)(`after a power cut${traceNeeds}`, { timeout: 60_000 }, () => {
  const place = new Workplace();
  const tsuki = async (...words: string[]) => await place.tsuki(words);
  const folderOf = (id: string): string =>
    join(place.environment["HOME"] ?? "", ".local", "share", "tsuki", "instances", id);

  beforeAll(() => place.write("app.c", "int main(void) { return 3; }\n"));
  afterAll(() => place.remove());

  it("an instance is there of which a command has said so", async () => {
    const create = ["create", "-q", "--monitor", "process", "app.c"];
    const calls = ["-f", "-y", "-o", "trace", "-e", "trace=write,fsync,rename"];
    const { output } = await place.run("strace", [...calls, process.execPath, program, ...create]);
    const text = readFileSync(join(place.folder, "trace"), "utf8");
    const said = text.indexOf(`write(1<`);
    const id = output.trim();
    for (const path of [join(folderOf(id), "instance.json"), join(folderOf(id), "..")]) {
      const flushed = text.search(new RegExp(`fsync\\(\\d+<${join(path)}>`));
      expect(flushed).toBeGreaterThan(text.indexOf(`rename("`));
      expect(flushed).toBeLessThan(said);
    }
    await tsuki("rm", id);
  });

  it("what was being written when it came is none, or said to be damaged", async () => {
    const create = ["create", "-q", "--monitor", "process", "app.c"];
    const ids = await Promise.all(
      [1, 2, 3, 4].map(async () => (await tsuki(...create)).output.trim()),
    );
    const [empty = "", half = "", stateless = "", whole = ""] = ids;
    writeFileSync(join(folderOf(empty), "instance.json"), "");
    const record = readFileSync(join(folderOf(half), "instance.json"), "utf8");
    writeFileSync(join(folderOf(half), "instance.json"), record.slice(0, 100));
    writeFileSync(join(folderOf(stateless), "state"), "stat");
    const listed = await tsuki("ps", "-aq", "--no-trunc");
    expect(listed.output.trim().split("\n").sort()).toEqual([stateless, whole].sort());
    expect(listed.errors).toContain(`${half}/instance.json: is no JSON document`);
    expect(listed.errors.trim().split("\n")).toHaveLength(1);
    expect(await tsuki("start", stateless)).toMatchObject({ errors: "", status: 0 });
    expect((await tsuki("wait", stateless)).output).toBe("3\n");
    await tsuki("prune");
    expect(readdirSync(join(folderOf(half), ".."))).toEqual([half, "events", "names"].sort());
  });
});
