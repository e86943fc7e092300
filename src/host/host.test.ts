/** `tsuki-host` as it is started: it needs Linux on x86-64, and for taps root and /dev/net/tun. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { attempt } from "../engine/attempt.ts";
import { builtFile } from "../engine/package-files.ts";

const isLinux = process.platform === "linux" && process.arch === "x64";
const hasTaps = isLinux && process.getuid?.() === 0 && existsSync("/dev/net/tun");
const program = builtFile("tsuki-host");

/** Runs a command in a network of its own; its status, output and errors. */
function inNetwork(script: string) {
  const environment = { PATH: process.env["PATH"], TSUKI_TAP: "99", KEPT: "kept", host: program };
  return run("unshare", ["--net", "sh", "-c", script], environment);
}

function run(path: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const options = { env: environment, encoding: "utf8", timeout: 10_000 } as const;
  const { status, stdout, stderr } = spawnSync(path, words, options);
  return { status, stdout, stderr };
}

describe.skipIf(!isLinux)(`tsuki-host${isLinux ? "" : " (needs Linux on x86-64)"}`, () => {
  const usage = "tsuki: usage: tsuki-host tap NAME[,NAME...] [-a WORD] PROGRAM [ARGUMENT...]\n";
  const verbs = "tsuki: usage: tsuki-host tap|supervise|launch|lock|abilities|bound ...\n";
  const characters = "a tap's name has letters, digits, -, . and _ only\n";

  it.each([
    ["no verb", [], verbs],
    ["an unknown verb", ["tape", "tap0"], verbs],
    ["no name", ["tap"], usage],
    ["no program", ["tap", "tap0"], usage],
    ["no program behind a word", ["tap", "tap0", "-a", "word"], usage],
    ["an empty name", ["tap", "", "true"], "tsuki: : a tap's name has 1 to 15 characters\n"],
    [
      "a name that is too long",
      ["tap", "sixteen-letters-", "true"],
      "tsuki: sixteen-letters-: a tap's name has 1 to 15 characters\n",
    ],
    ["a pattern for a name", ["tap", "tap%d", "true"], `tsuki: tap%d: ${characters}`],
    ["a path for a name", ["tap", "../tap", "true"], `tsuki: ../tap: ${characters}`],
    ["a terminal's commands", ["tap", "\u001b[2J", "true"], `tsuki: ?[2J: ${characters}`],
  ])("refuses %s in one line", (_what, words, stderr) => {
    expect(run(program, words)).toEqual({ status: 125, stdout: "", stderr });
  });
});

it.skipIf(!isLinux)("tsuki-host abilities tells of each namespace, and of Landlock", () => {
  const { status, stdout } = run(program, ["abilities"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^(?:(?:user|mnt|pid|net|ipc|uts) (?:yes|no)\n){6}landlock \d+\n$/);
});

describe.skipIf(!isLinux)(`tsuki-host bound${isLinux ? "" : " (needs Linux on x86-64)"}`, () => {
  it("becomes the program, with its arguments and environment", () => {
    const words = ["bound", `${process.pid}`, "/bin/sh", "-c", 'echo "$0 $1 $WORD"', "zero", "one"];
    expect(run(program, words, { WORD: "word" })).toEqual({
      status: 0,
      stdout: "zero one word\n",
      stderr: "",
    });
  });

  it("dies with its parent", async () => {
    const script = "$host bound $$ /bin/sleep 1000 & echo $!; kill -9 $$";
    const { stdout } = run("sh", ["-c", script], { host: program, PATH: process.env["PATH"] });
    const state = () =>
      attempt(() => readFileSync(`/proc/${stdout.trim()}/stat`, "utf8"))?.match(/\) (\w)/)?.[1] ??
      "";
    await vi.waitUntil(() => ["", "Z"].includes(state()));
  });

  it.each([
    ["another's child", ["bound", "1", "/bin/true"], ""],
    ["no number", ["bound", "me", "/bin/true"], "tsuki: me: is no number\n"],
    ["no program", ["bound", "1"], "tsuki: usage: tsuki-host bound PARENT PROGRAM ...\n"],
    [
      "a program that is missing",
      ["bound", `${process.pid}`, "/absent"],
      "tsuki: /absent: cannot be started (error 2)\n",
    ],
  ])("refuses %s", (_what, words, stderr) => {
    expect(run(program, words)).toEqual({ status: 125, stdout: "", stderr });
  });
});

describe.skipIf(!isLinux)(`tsuki-host launch${isLinux ? "" : " (needs Linux on x86-64)"}`, () => {
  const request = (count: number, ...texts: readonly string[]): Buffer => {
    const bytes = Buffer.from(texts.map((text) => `${text}\0`).join(""));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(bytes.length, 0);
    header.writeUInt32LE(count, 4);
    return Buffer.concat([header, bytes]);
  };
  const answersTo = (...requests: readonly Uint8Array[]) => {
    const options = { input: Buffer.concat(requests), timeout: 10_000 };
    const { status, stdout } = spawnSync(program, ["launch"], options);
    const answers: string[] = [];
    for (let at = 0; at + 4 <= stdout.length; ) {
      const end = at + 4 + stdout.readUInt32LE(at);
      answers.push(stdout.toString("utf8", at + 4, end));
      at = end;
    }
    return { status, answers };
  };

  it("answers with what each program said, and ends when nobody asks any more", () => {
    const script = 'echo "$0 $WORD $PWD" >&2; pwd';
    const shell = ["/tmp", "/bin/sh", "-c", script, "name", "WORD=word", "OTHER="];
    const asked = [request(4, ...shell), request(1, "/absent", "/bin/true")];
    expect(answersTo(...asked, request(1, "/", "/absent"), request(1, "/", "/bin/true"))).toEqual({
      status: 0,
      answers: [
        "name word /tmp\n/tmp\n",
        "tsuki: /absent: cannot be entered (error 2)\n",
        "tsuki: /absent: cannot be started (error 2)\n",
        "",
      ],
    });
  });

  it("ends at what is no request, whatever it is", () => {
    const texts = fc.array(fc.string({ maxLength: 20 }), { maxLength: 5 });
    const made = fc
      .tuple(fc.nat(6), texts)
      .map(([count, words]) =>
        request(count, "/absent/", ...words.map((word) => `/absent/${word}`)),
      );
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((some) => Buffer.from(some));
    fc.assert(
      fc.property(fc.oneof(made, bytes), (input) => {
        expect([0, 1]).toContain(answersTo(input).status);
      }),
      { numRuns: 50 },
    );
  });
});

const needed = hasTaps ? "" : " (needs root and /dev/net/tun on Linux on x86-64)";

describe.skipIf(!hasTaps)(`tsuki-host tap${needed}`, () => {
  it("makes a tap, brings it up, and hands its descriptor to the program", () => {
    const script = [
      '$host tap tap0 /bin/sh -c \'echo "$TSUKI_TAP $KEPT $0 $1"',
      "readlink /proc/self/fd/$TSUKI_TAP; ip -o link show tap0' zero one",
    ].join("; ");
    const { status, stdout, stderr } = inNetwork(script);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^3 kept zero one\n\/dev\/net\/tun\n\d+: tap0: <[A-Z_,]*\bUP\b/);
  });

  it("gives the program another name", () => {
    const script = `$host tap tap0 -a other /bin/sh -c 'echo "$0"'`;
    expect(inNetwork(script)).toEqual({ status: 0, stdout: "other\n", stderr: "" });
  });

  it("hands the descriptors of several over, in their order", () => {
    const script = `$host tap one,a2,three /bin/sh -c 'echo $TSUKI_TAP; ip -br link show type tun'`;
    const { stdout } = inNetwork(script);
    expect(stdout.replace(/ .*/gm, "")).toBe("3,4,5\none\na2\nthree\n");
    expect(inNetwork("$host tap a,b,c,d /bin/true").stderr).toBe(
      "tsuki: d: is one tap too many: an image has three at most\n",
    );
    expect(inNetwork("$host tap a,,b /bin/true").stderr).toContain("has 1 to 15 characters");
  });

  it("attaches to a tap that is there, of one queue or of several", () => {
    const make = (name: string, more: string) => `ip tuntap add dev ${name} mode tap ${more}`;
    const use = (name: string) => `$host tap ${name} /bin/echo ${name}`;
    const both = `${make("one", "")} && ${use("one")} && ${make("many", "multi_queue")}`;
    expect(inNetwork(`${both} && ${use("many")}`)).toEqual({
      status: 0,
      stdout: "one\nmany\n",
      stderr: "",
    });
  });

  it.each([
    ["a device that is no tap", "$host tap lo /bin/true", "lo: is there, and is no tap", 125],
    [
      "a tap that is in use",
      "$host tap tap0 $host tap tap0 /bin/true",
      "tap0: is in use by another program",
      125,
    ],
    ["no program", "$host tap tap0 /absent", "/absent: there is no such program", 127],
    [
      "a file that is no program",
      "$host tap tap0 /dev/null",
      "/dev/null: may not be executed",
      126,
    ],
  ])("refuses %s in one line", (_what, script, said, status) => {
    expect(inNetwork(script)).toEqual({ status, stdout: "", stderr: `tsuki: ${said}\n` });
  });

  it("says what it needs where it may not", () => {
    const { status, stderr } = inNetwork(
      "exec setpriv --bounding-set -net_admin $host tap tap0 /bin/true",
    );
    expect(status).toBe(125);
    expect(stderr).toBe(
      "tsuki: tap0: needs root (CAP_NET_ADMIN), or once: " +
        "ip tuntap add dev NAME mode tap user USER\n",
    );
  });

  it("lets a tap's owner use it, once it is up", () => {
    const drop = "setpriv --bounding-set -net_admin";
    const make = "ip tuntap add dev tap0 mode tap user 0";
    const down = inNetwork(`${make}; exec ${drop} $host tap tap0 /bin/true`);
    expect(down).toEqual({
      status: 125,
      stdout: "",
      stderr: "tsuki: tap0: is down: let root do ip link set NAME up\n",
    });
    const up = inNetwork(`${make}; ip link set tap0 up; exec ${drop} $host tap tap0 /bin/echo up`);
    expect(up).toEqual({ status: 0, stdout: "up\n", stderr: "" });
  });
});
