/** Images run directly, as services are: no monitor, nobody at a keyboard, as few rights as can be. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { Workplace } from "./command-line.fixture.ts";
import { freePort } from "./free-port.fixture.ts";
import { activate, ask, buildImage } from "./standalone.fixture.ts";

const source = join(import.meta.dirname, "apps", "standalone.c");
const canRun = process.platform === "linux" && process.arch === "x64";
const isRoot = process.getuid?.() === 0;
const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const confined = [...nobody, "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];

/** Mounts everything read-only, in a mount namespace of its own, and runs what follows. */
const readOnly = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount -o remount,bind,ro / && touch /written 2>/dev/null && exit 99; exec "$@"',
  "sh",
];

const options = { timeout: 60_000 };

describe.skipIf(!canRun)("an image that is run directly", options, () => {
  const workplace = new Workplace();
  const at = (name: string) => join(workplace.folder, name);
  const run = (words: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
    const [command = "", ...rest] = words;
    return spawnSync(command, rest, { env: environment, encoding: "utf8", timeout: 20_000 });
  };
  const needs = (words: readonly string[], { skip }: TestContext): void => {
    const works = run([...words, "true"], process.env).status === 0;
    skip(!works, `this user cannot run ${words[0]} here`);
  };

  beforeAll(async () => {
    chmodSync(workplace.folder, 0o755);
    const builtIn = [
      "--env",
      "A=default",
      "--env",
      "B=default",
      "--arg",
      "one",
      "--arg",
      "two words",
    ];
    for (const [name, more] of [
      ["plain", []],
      ["configured", builtIn],
      ["listening", ["--listen", "127.0.0.1:0", "--arg", "serve"]],
    ] as const) {
      await buildImage(workplace, [...more, "-o", name, source]);
    }
  }, 120_000);
  afterAll(() => workplace.remove());

  describe("its arguments and environment", () => {
    it("are those it is given", () => {
      const { stdout, status } = run([at("plain"), "show", "x"], { A: "1", B: "" });
      expect(stdout).toBe("argument show\nargument x\nvariable A=1\nvariable B=\n");
      expect(status).toBe(0);
    });

    it("are those built in, when it is given none", () => {
      const lines = [
        "argument one",
        "argument two words",
        "variable A=default",
        "variable B=default",
      ];
      expect(run([at("configured")]).stdout).toBe(`${lines.join("\n")}\n`);
    });

    it("go before those built in, variable by variable", () => {
      const { stdout } = run([at("configured"), "x"], { A: "", C: "3" });
      expect(stdout).toBe("argument x\nvariable A=\nvariable C=3\nvariable B=default\n");
    });
  });

  describe("its settings", () => {
    it.for([
      ["TSUKI_LISTEN", "http"],
      ["TSUKI_LISTEN", "70000"],
      ["TSUKI_PUBLISH", "80"],
      ["TSUKI_PUBLISH", "8080:80,x"],
      ["TSUKI_NET", "tap"],
    ] as const)("%s=%s is refused in one line", ([name, value]) => {
      const { status, stdout, stderr } = run([at("plain")], { [name]: value });
      expect({ status, stdout }).toEqual({ status: 125, stdout: "" });
      expect(stderr).toMatch(new RegExp(`^tsuki: ${name}: .* is malformed, see docs/deploy.md\n$`));
    });

    it.for([
      ["TSUKI_LISTEN", 2048],
      ["TSUKI_PUBLISH", 2048],
      ["TSUKI_NET", 2048],
    ] as const)("%s that is longer than %i bytes is refused in one line", ([name, limit]) => {
      const value = "8080,".repeat(500);
      const { status, stdout, stderr } = run([at("plain")], { [name]: value });
      expect({ status, stdout }).toEqual({ status: 125, stdout: "" });
      expect(stderr).toBe(`tsuki: ${name}: longer than ${limit} bytes, see docs/deploy.md\n`);
    });

    it("name a port that is in use in one line", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((settle) => server.once("listening", settle));
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const taken = run([at("plain")], { TSUKI_LISTEN: `127.0.0.1:${port}` });
      server.close();
      expect(taken.status).toBe(125);
      expect(taken.stderr).toMatch(/^tsuki: cannot listen on .*: port in use; .*\n$/);
    });

    it("open the port that is built in, or the one that the environment has instead", async () => {
      const port = await freePort();
      const child = spawn(at("listening"), { env: { TSUKI_LISTEN: `127.0.0.1:${port}` } });
      expect(await ask(port)).toBe("served\n");
      expect(await ended(child)).toEqual([0, null]);
    });
  });

  describe("as a service", () => {
    it.each([0, 7, 255])("ends with the app's status, %i", (status) => {
      expect(run([at("plain"), "exit", String(status)]).status).toBe(status);
    });

    it.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const)("ends by %s", async (signal) => {
      const child = spawn(at("plain"), ["wait"], { stdio: ["ignore", "pipe", "ignore"] });
      await new Promise((settle) => child.stdout.once("data", settle));
      child.kill(signal);
      expect(await ended(child)).toEqual([null, signal]);
    });

    it("takes over sockets that its supervisor opened", async () => {
      const { child, port } = await activate(at("plain"), ["serve"]);
      expect(await ask(port)).toBe("served\n");
      expect(await ended(child)).toEqual([0, null]);
    });

    it("leaves alone what another process was handed", async () => {
      const port = await freePort();
      const env = {
        LISTEN_FDS: "1",
        LISTEN_PID: "1",
        TSUKI_LISTEN: `127.0.0.1:${port}`,
      };
      const child = spawn(at("plain"), ["serve"], { env, stdio: "ignore" });
      expect(await ask(port)).toBe("served\n");
      expect(await ended(child)).toEqual([0, null]);
    });

    it("needs no standard input", () => {
      expect(run(["sh", "-c", '"$0" show <&-', at("plain")]).stdout).toContain("argument show\n");
    });

    it("sends nothing elsewhere when its standard streams are closed", async () => {
      const port = await freePort();
      const command = 'exec "$0" serve <&- >&- 2>&-';
      const env = { TSUKI_LISTEN: `127.0.0.1:${port}` };
      const child = spawn("sh", ["-c", command, at("plain")], { env, stdio: "ignore" });
      expect(await ask(port)).toBe("served\n");
      expect(await ended(child)).toEqual([0, null]);
    });

    it("runs as a user without any rights", (context) => {
      needs(confined, context);
      const { status, stdout } = run([...confined, at("plain"), "show"]);
      expect({ status, stdout }).toEqual({ status: 0, stdout: "argument show\n" });
    });

    it("runs where nothing can be written", (context) => {
      context.skip(!isRoot, "only root can mount");
      needs(["unshare", "--mount"], context);
      const { status, stdout } = run([...readOnly, at("plain"), "show"], {
        PATH: process.env["PATH"],
      });
      expect(status).toBe(0);
      expect(stdout).toContain("argument show\n");
    });
  });

  describe("as the first process of a PID namespace", () => {
    const first = ["unshare", "--pid", "--fork", "--kill-child"];

    it.skipIf(!isRoot).each([
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const)("ends by %s with %i", async (signal, status) => {
      const child = spawn(first[0] ?? "", [...first.slice(1), at("plain"), "wait"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      await new Promise((settle) => child.stdout.once("data", settle));
      const children = `/proc/${child.pid}/task/${child.pid}/children`;
      const inner = readFileSync(children, "utf8");
      process.kill(Number(inner), signal);
      expect(await ended(child)).toEqual([status, null]);
    });
  });
});

async function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  if (child.exitCode !== null || child.signalCode !== null)
    return [child.exitCode, child.signalCode];
  return await new Promise((settle) => {
    child.once("exit", (status, signal) => settle([status, signal]));
  });
}
