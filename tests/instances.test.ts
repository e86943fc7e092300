/** Instances in the background: their life, and what is left when somebody is killed. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findQemu } from "../src/monitors/qemu/find-qemu.ts";
import { program, Workplace } from "./command-line.fixture.ts";
import { freePort } from "./free-port.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";
const hasQemu = findQemu(process.env) !== undefined;

/** Writes two lines; then ends with a status, or waits to be ended. */
const source = `#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int count, char **words) {
  printf("out %s\\n", getenv("WORD"));
  fflush(stdout);
  fprintf(stderr, "err\\n");
  if (count > 1) return atoi(words[1]);
  for (;;) sleep(1000);
}
`;

const place = new Workplace();
const tsuki = async (...words: string[]) => await place.tsuki(words);
const said = async (...words: string[]): Promise<string> => (await place.tsuki(words)).output;

interface Listed {
  readonly name: string;
  readonly status: string;
  readonly pid: number;
  readonly exitStatus?: number;
  readonly restarts: number;
  readonly reason: string;
}

async function listed(name: string): Promise<Listed | undefined> {
  const all = JSON.parse(await said("ps", "-a", "--json")) as readonly Listed[];
  return all.find((one) => one.name === name);
}

/** Starts one in the background, on `process`, with what is given before and behind its source. */
async function detach(
  name: string,
  options: readonly string[] = [],
  words: readonly string[] = [],
) {
  const run = ["run", "-d", "-q", "--monitor", "process", "-e", "WORD=hello", "--name", name];
  return await tsuki(...run, ...options, "app.c", ...words);
}

describe.skipIf(!canRun)("an instance", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    place.write("app.c", source);
    await tsuki("build", "-q", "app.c");
  }, 120_000);
  afterAll(async () => {
    await tsuki("rm", "-f", ...(await said("ps", "-aq")).trim().split("\n"));
    place.remove();
  }, 60_000);

  it("runs on, is listed, is stopped, is started again, and goes", async () => {
    const { output, errors } = await detach("one");
    expect(errors).toBe("");
    expect(output).toMatch(/^[0-9a-f]{64}\n$/);
    expect(await said("ps")).toMatch(/app\.c +process +.* Up .* one\n/);
    expect(await said("stop", "-t", "5", "one")).toBe("one\n");
    expect(await listed("one")).toMatchObject({ status: "exited", exitStatus: 143 });
    expect(await said("start", output.slice(0, 12))).toBe(`${output.slice(0, 12)}\n`);
    expect(await listed("one")).toMatchObject({ status: "running" });
    expect(await tsuki("rm", "one")).toMatchObject({ status: 1 });
    expect(await said("rm", "-f", "one")).toBe("one\n");
    expect(await listed("one")).toBeUndefined();
  });

  it("has its output in a log, each stream on its own", async () => {
    await detach("log", [], ["0"]);
    await tsuki("wait", "log");
    expect(await tsuki("logs", "log")).toMatchObject({ output: "out hello\n", errors: "err\n" });
    expect(await said("logs", "-t", "log")).toMatch(/^\d{4}-\d\d-\d\dT[0-9:.]+Z out hello\n$/);
    expect(await said("logs", "--since", "1h", "log")).toBe("out hello\n");
    expect(await said("logs", "--until", "1h", "log")).toBe("");
  });

  it("is followed until it ends", async () => {
    await detach("follow");
    let stopping: Promise<unknown> = Promise.resolve();
    const follow = await place.tsuki(["logs", "-f", "follow"], {
      onStart: ({ stdout }) => {
        stdout.once("data", () => {
          stopping = tsuki("stop", "follow");
        });
      },
    });
    await stopping;
    expect(follow).toMatchObject({ output: "out hello\n", status: 0 });
  });

  it("is waited for, and tells its status", async () => {
    await detach("status", [], ["7"]);
    expect(await said("wait", "status")).toBe("7\n");
    expect(await said("ps", "-a")).toContain("Exited (7)");
  });

  it("is started again as often as its policy says", async () => {
    await detach("again", ["--restart", "on-failure:2"], ["5"]);
    expect(await said("wait", "again")).toBe("5\n");
    expect(await listed("again")).toMatchObject({ status: "exited", exitStatus: 5, restarts: 2 });
    expect((await said("logs", "again")).split("\n").filter((text) => text !== "")).toHaveLength(3);
  });

  it("is held and let go", async () => {
    await detach("held");
    await tsuki("pause", "held");
    const { pid = 0, status } = (await listed("held")) ?? {};
    expect(status).toBe("paused");
    expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) [Tt] /);
    await tsuki("unpause", "held");
    expect(await listed("held")).toMatchObject({ status: "running" });
    expect(await said("kill", "held")).toBe("held\n");
    expect(await said("wait", "held")).toBe("137\n");
  });

  it("is made first and started later, under another name", async () => {
    place.write("variables", "# for later\n\nWORD=late\n");
    const make = ["create", "-q", "--monitor", "process", "--env-file", "variables"];
    await tsuki(...make, "--name", "early", "app.c", "0");
    expect(await listed("early")).toMatchObject({ status: "created" });
    await tsuki("rename", "early", "late");
    await tsuki("start", "late");
    expect(await said("wait", "late")).toBe("0\n");
    expect(await said("logs", "late")).toBe("out late\n");
  });

  it("goes by itself when it was to", async () => {
    await detach("gone", ["--rm"], ["0"]);
    await tsuki("wait", "gone");
    expect(await listed("gone")).toBeUndefined();
  });

  it("runs on node as well, with a monitor that Node holds", async () => {
    const run = ["run", "-d", "-q", "--monitor", "node", "-e", "WORD=v8", "--name", "v8"];
    await tsuki(...run, "app.c", "4");
    expect(await said("wait", "v8")).toBe("4\n");
    expect(await said("logs", "v8")).toBe("out v8\n");
  });

  it("ends with its supervisor, whoever kills that, and can be started again", async () => {
    await detach("orphan");
    const { pid = 0 } = (await listed("orphan")) ?? {};
    const supervisor = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    process.kill(Number(supervisor), "SIGKILL");
    execFileSync("tail", [`--pid=${pid}`, "-s", "0.01", "-f", "/dev/null"], { timeout: 10_000 });
    expect(await listed("orphan")).toMatchObject({
      status: "exited",
      exitStatus: 137,
      reason: "its supervisor was killed, or the host restarted",
    });
    expect(await said("start", "orphan")).toBe("orphan\n");
    expect(await listed("orphan")).toMatchObject({ status: "running" });
  });

  it("is shown whole, or by a template", async () => {
    await detach("shown", ["--label", "team=a"]);
    const [document] = JSON.parse(await said("inspect", "shown")) as unknown[];
    expect(document).toMatchObject({
      Name: "shown",
      State: { Status: "running", Running: true, Health: { Status: "none" } },
      Config: { Env: ["WORD=hello"], Labels: { team: "a" } },
      Isolation: { Capabilities: [], NoNewPrivileges: true, Seccomp: true },
    });
    const template = '{{.State.Status}} {{index .Config.Labels "team"}}';
    expect(await said("inspect", "-f", template, "shown")).toBe("running a\n");
    const names = ["ps", "--format", "{{.Names}} {{.State}}", "-f", "label=team=a"];
    expect(await said(...names)).toBe("shown running\n");
    const missing = await tsuki("inspect", "absent");
    expect(missing).toMatchObject({ output: "[]\n", status: 1 });
    expect(missing.errors).toContain("absent");
  });

  it("tells what happens to it", async () => {
    await detach("told", [], ["6"]);
    await tsuki("wait", "told");
    await tsuki("rm", "told");
    const output = await said("events", "--since", "1h", "--until", "0s", "--json");
    const events = output
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as { name: string; action: string; attributes: object });
    const own = events.filter(({ name }) => name === "told");
    expect(own.map(({ action }) => action)).toEqual(["create", "start", "die", "destroy"]);
    expect(own[2]?.attributes).toEqual({ exit: "6" });
  });

  it("tells what it uses", async () => {
    await detach("used");
    const stats = JSON.parse(await said("stats", "--no-stream", "--json", "used")) as unknown[];
    expect(stats).toMatchObject([{ name: "used", status: "running" }]);
    expect(stats[0]).toHaveProperty("memoryBytes", expect.any(Number));
    expect(await said("stats", "--no-stream", "used")).toMatch(/ used +\d+\.\d\d% /);
  });

  it.each(["process", "node", "qemu"])(
    "on %s is asked by its supervisor how it is and what it has done",
    async (monitor) => {
      if (monitor === "qemu" && !hasQemu) return;
      const run = ["run", "-d", "-q", "-e", "WORD=x", "-m", "64M", "--monitor", monitor];
      expect(await tsuki(...run, "--name", `asked-${monitor}`, "app.c")).toMatchObject({
        status: 0,
      });
      const kernel = ["inspect", "-f", "{{.State.Kernel.Status}}", `asked-${monitor}`];
      await vi.waitFor(async () => expect(await said(...kernel)).toBe("ready\n"), {
        timeout: 30_000,
        interval: 100,
      });
      const stats = await said("stats", "--no-stream", "--json", `asked-${monitor}`);
      const [used] = JSON.parse(stats) as readonly Record<string, number>[];
      // What a kernel counts of its own has no monitor in it.
      expect(used?.["memoryBytes"]).toBeLessThan(8 * 1024 * 1024);
      expect(used?.["limitBytes"]).toBeLessThanOrEqual(72 * 1024 * 1024);
      await tsuki("pause", `asked-${monitor}`);
      expect(await said(...kernel)).toBe("\n");
      await tsuki("rm", "-f", `asked-${monitor}`);
    },
  );

  it("is started and followed to its end, with its status", async () => {
    await tsuki(
      "create",
      "-q",
      "--monitor",
      "process",
      "-e",
      "WORD=x",
      "--name",
      "a",
      "app.c",
      "9",
    );
    const ending = await tsuki("start", "-a", "a");
    expect(ending).toMatchObject({ status: 9, output: "out x\n", errors: "err\n" });
    const { errors, status } = await tsuki("start", "-a", "a", "b");
    expect(errors).toContain("-a is for one instance");
    expect(status).toBe(2);
  });

  it("writes to nothing that is mounted read-only", async () => {
    place.write(
      "write.c",
      '#include <stdio.h>\nint main(void) { return fopen("/data/file", "w") == NULL; }\n',
    );
    const run = ["run", "-q", "--rm", "-v", "writable:/data", "--monitor"];
    for (const monitor of ["process", "node"]) {
      expect((await tsuki(...run, monitor, "write.c")).status).toBe(0);
      expect((await tsuki(...run, monitor, "--read-only", "write.c")).status).toBe(1);
    }
  });

  it("costs less than 4 MiB with its supervisor", async () => {
    await detach("small");
    const { pid = 0 } = (await listed("small")) ?? {};
    const statusOf = (id: number | string) => readFileSync(`/proc/${id}/status`, "utf8");
    const supervisor = /^PPid:\t(\d+)$/m.exec(statusOf(pid))?.[1] ?? "";
    const resident = [pid, supervisor].map((id) => /^VmRSS:\s+(\d+)/m.exec(statusOf(id))?.[1]);
    expect(resident.reduce((sum, kibibytes) => sum + Number(kibibytes), 0)).toBeLessThan(4096);
  });

  it.each([
    [["stop", "none"], 1, "no instance is called none"],
    [["kill", "-s", "NOPE", "status"], 2, "there is no signal NOPE"],
    [["pause", "status"], 1, "status is not running"],
    [["run", "-d", "--name", "status", "app.c"], 125, "the name status is taken"],
    [["run", "-d", "--name", "../x", "app.c"], 125, "../x is no name for an instance"],
    [["run", "-d", "--restart", "maybe", "app.c"], 125, "no restart policy maybe"],
    [["run", "-d", "--restart", "on-failure:x", "app.c"], 125, "no restart policy on-failure:x"],
    [["run", "-d", "--restart", "always", "--rm", "app.c"], 125, "or removed (--rm)"],
    [["logs", "--since", "never", "status"], 2, "never is no time"],
    [["inspect", "-f", "{{.Nope}}", "status"], 2, "nothing is called Nope there"],
    [["ps", "-f", "colour=red"], 2, "--filter colour=red: write status"],
    [["events", "--since", "never"], 2, "never is no time"],
    [["run", "-d", "--health-http", "x", "app.c"], 125, "--health-http x is malformed"],
    [["run", "-d", "--health-retries", "3", "app.c"], 125, "a health check needs --health-http"],
    [["completion", "csh"], 2, "no completion for csh"],
    [["run", "--pids-limit", "0", "app.c"], 125, "--pids-limit 0 is no number of processes"],
    [["run", "-d", "--cpus", "many", "app.c"], 125, "--cpus many is no number of processors"],
  ])("refuses %j in one line", async (words, status, message) => {
    const ending = await tsuki(...words);
    expect(ending.errors).toContain(message);
    expect(
      ending.errors
        .trim()
        .split("\n")
        .filter((text) => !text.includes("running as")),
    ).toHaveLength(1);
    expect(ending.status).toBe(status);
  });
});

describe.skipIf(!canRun)("a health check", { timeout: 60_000 }, () => {
  const workplace = new Workplace();
  let answer = 200;
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/health" ? answer : 404).end();
  });
  const health = async (): Promise<string> =>
    (await workplace.tsuki(["inspect", "-f", "{{.State.Health.Status}}", "web"])).output.trim();

  beforeAll(() => {
    workplace.write("app.c", source);
  });
  afterAll(async () => {
    await workplace.tsuki(["rm", "-f", "web"]);
    workplace.remove();
    server.close();
  });

  it("finds an instance well, and ill after some failures, and well again", async () => {
    const port = await freePort();
    const check = ["--health-http", `8080/health`, "-p", `${port}:8080`];
    const times = ["--health-interval", "20ms", "--health-timeout", "5s", "--health-retries", "2"];
    const run = ["run", "-d", "-q", "--monitor", "process", "-e", "WORD=x", "--name", "web"];
    await workplace.tsuki([...run, ...check, ...times, "app.c"]);
    // In the place of the app, which listens to nothing.
    await new Promise<void>((settle) => server.listen(port, "127.0.0.1", settle));
    const options = { timeout: 20_000, interval: 10 };
    await vi.waitUntil(async () => (await health()) === "healthy", options);
    answer = 500;
    await vi.waitUntil(async () => (await health()) === "unhealthy", options);
    expect((await workplace.tsuki(["ps", "-f", "health=unhealthy"])).output).toMatch(
      / Up .* \(unhealthy\) .* web\n/,
    );
    answer = 302;
    await vi.waitUntil(async () => (await health()) === "healthy", options);
    const { output } = await workplace.tsuki(["events", "--since", "1h", "--until", "0s"]);
    const states = output.match(/health_status \w+ \(healthy=\d/g)?.map((text) => text.at(-1));
    // It may have been ill before the server listened.
    expect(states?.slice(-3)).toEqual(["1", "0", "1"]);
  });
});

const hasGroups =
  canRun && process.getuid?.() === 0 && spawnSync("test", ["-w", "/sys/fs/cgroup"]).status === 0;

describe.skipIf(!hasGroups)(`limits${hasGroups ? "" : " (need root, and control groups)"}`, () => {
  const workplace = new Workplace();
  afterAll(async () => {
    await workplace.tsuki(["rm", "-f", "bound"]);
    workplace.remove();
  });

  it("hold an instance's processes, and go with it", { timeout: 60_000 }, async ({ skip }) => {
    workplace.write("app.c", source);
    const run = ["run", "-d", "-q", "--monitor", "process", "-e", "WORD=x", "--name", "bound"];
    const { output, errors } = await workplace.tsuki([...run, "--cpus", "0.5", "app.c"]);
    skip(errors.includes("limits-missing"), "control groups cannot be made here");
    const id = output.trim();
    const pid = (await workplace.tsuki(["inspect", "-f", "{{.State.Pid}}", id])).output.trim();
    expect(readFileSync(`/proc/${pid}/cgroup`, "utf8")).toContain(`/tsuki/${id}\n`);
    const find = ["/sys/fs/cgroup", "-type", "d", "-name", id];
    const [group = ""] = spawnSync("find", find, { encoding: "utf8" }).stdout.split("\n");
    const quota = ["cpu.max", "cpu.cfs_quota_us"].map((name) => join(group, name)).find(existsSync);
    expect(readFileSync(quota ?? "", "utf8")).toMatch(/^50000\b/);
    await workplace.tsuki(["rm", "-f", id]);
    expect(existsSync(group)).toBe(false);
  });

  it("hold what runs in the foreground, and leave nothing", { timeout: 60_000 }, async ({
    skip,
  }) => {
    workplace.write("echo.c", echo);
    const run = ["run", "-q", "--monitor", "process", "--cpus", "0.5", "--pids-limit", "7"];
    const group = "{{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} {{.State.Pid}}";
    let seen = "";
    const ending = await workplace.tsuki([...run, "--rm", "--name", "front", "echo.c"], {
      typed: (output) => {
        if (seen !== "" || !output.includes("pipe")) return undefined;
        const words = [program, "inspect", "-f", group, "front"];
        const options = { env: workplace.environment, encoding: "utf8" } as const;
        seen = spawnSync(process.execPath, words, options).stdout;
        return "one\nq\n";
      },
    });
    skip(ending.errors.includes("limits-missing"), "control groups cannot be made here");
    expect(ending).toMatchObject({ status: 5, output: "pipe\ngot one\n", errors: "" });
    expect(seen).toMatch(/^500000000 7 \d+\n$/);
    expect((await workplace.tsuki(["ps", "-aq"])).output).toBe("");
  });
});

const hasScript = spawnSync("script", ["--version"]).status === 0;
const echo = `#include <stdio.h>
#include <unistd.h>
int main(void) {
  char line[100];
  printf("%s\\n", isatty(0) ? "terminal" : "pipe");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) && line[0] != 'q') {
    printf("got %s", line);
    fflush(stdout);
  }
  return 5;
}
`;

describe.skipIf(!canRun)("who is attached", { timeout: 60_000 }, () => {
  const workplace = new Workplace();
  beforeAll(() => workplace.write("echo.c", echo));
  afterAll(async () => {
    await workplace.tsuki(["rm", "-f", "piped", "typed"]);
    workplace.remove();
  });
  const run = ["run", "-q", "--monitor", "process"];

  it("writes to a pipe, and has what was written before", async () => {
    await workplace.tsuki([...run, "-d", "-i", "--name", "piped", "echo.c"]);
    const ending = await workplace.tsuki(["attach", "piped"], { input: "one\ntwo\n" });
    expect(ending).toEqual({
      status: 5,
      signal: null,
      output: "pipe\ngot one\ngot two\n",
      errors: "",
    });
    expect((await workplace.tsuki(["logs", "piped"])).output).toBe(ending.output);
  });

  it("is told that nothing runs", async () => {
    const { errors, status } = await workplace.tsuki(["attach", "piped"]);
    expect(errors).toContain("piped is not running");
    expect(status).toBe(125);
  });

  it("needs a terminal for -t", async () => {
    const { errors, status } = await workplace.tsuki([...run, "-it", "echo.c"]);
    expect(errors).toContain("-t needs a terminal");
    expect(status).toBe(125);
  });

  it.skipIf(!hasScript)(
    "has a terminal, leaves by keys, comes back, and gets the status",
    async () => {
      const command = [process.execPath, program, ...run, "-it", "--name", "typed", "echo.c"].join(
        " ",
      );
      const type = async (line: string, keys: string) => {
        const words = ["-qefc", line, "/dev/null"];
        let isTyped = false;
        return await workplace.run("script", words, {
          typed: (output) => {
            if (isTyped || !output.includes("terminal")) return undefined;
            isTyped = true;
            return keys;
          },
        });
      };
      const first = await type(command, "one\r\u0010\u0011");
      expect(first.output).toMatch(/^terminal\r\n/);
      expect(first.output).toContain("runs on");
      expect(first.status).toBe(0);
      const again = `echo terminal; ${process.execPath} ${program} attach typed`;
      const second = await type(again, "two\rq\r");
      expect(second.output).toMatch(/got two\r\n/);
      expect(second.status).toBe(5);
    },
  );
});

describe.skipIf(!canRun)("completion", { timeout: 60_000 }, () => {
  const workplace = new Workplace();
  afterAll(() => workplace.remove());
  const complete = async (...words: readonly string[]): Promise<string[]> => {
    const script = [
      'eval "$("$1" "$2" completion bash)"; shift 2',
      'COMP_WORDS=(tsuki "$@"); COMP_CWORD=$#; _tsuki; echo "${COMPREPLY[*]}"',
    ].join("\n");
    const run = ["-c", script, "bash", process.execPath, program, ...words];
    const { output, errors } = await workplace.run("bash", run);
    expect(errors).toBe("");
    return output.trim().split(" ");
  };

  it("knows commands, options, and commands of commands", async () => {
    expect(await complete("st")).toEqual(["stats", "start", "stop"]);
    expect(await complete("ps", "--q")).toEqual(["--quiet"]);
    expect(await complete("volume", "pr")).toEqual(["prune"]);
    expect(await complete("volume", "create", "--la")).toEqual(["--label"]);
  });

  it.each(["zsh", "fish"])("is there for %s", async (shell) => {
    const { output, status } = await workplace.tsuki(["completion", shell]);
    expect(status).toBe(0);
    expect(output).toMatch(/unpause/);
  });
});

describe.skipIf(!canRun)("a log", { timeout: 60_000 }, () => {
  it("loses no line at full speed", () => {
    const workplace = new Workplace();
    const host = join(import.meta.dirname, "..", "dist", "tsuki-host");
    const script = "i=0; while [ $i -lt 20 ]; do seq 1 20000; i=$((i+1)); done";
    const words = [
      "supervise",
      `test-${process.pid}`,
      "0",
      "1000000",
      "9",
      "-",
      "-",
      "-",
      "-",
      "/bin/sh",
      "sh",
      "-c",
    ];
    spawnSync(host, [...words, script], { cwd: workplace.folder, timeout: 50_000 });
    const files = workplace.names().filter((name) => name.startsWith("log"));
    const lines = files
      .sort((one, other) => (one > other ? -1 : 1))
      .flatMap((name) => readFileSync(join(workplace.folder, name), "utf8").trimEnd().split("\n"))
      .map((text) => text.slice("2026-01-02T03:04:05.000000006Z stdout F ".length));
    workplace.remove();
    // The oldest files are gone; what is there has no gap.
    const numbers = lines.map(Number);
    const gaps = numbers.filter(
      (value, at) => at > 0 && value !== ((numbers[at - 1] ?? 0) % 20_000) + 1,
    );
    expect(files).toHaveLength(10);
    expect(gaps).toEqual([]);
    expect(numbers.at(-1)).toBe(20_000);
  });
});
