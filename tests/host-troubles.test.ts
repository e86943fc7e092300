/** What may go wrong on the host around what is stored and what runs: one clear line each, nothing lost. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { program, Workplace } from "./command-line.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";
const isRoot = canRun && process.getuid?.() === 0;
const needsRoot = isRoot ? "" : " (needs root)";

const place = new Workplace();
const tsuki = async (...words: string[]) => await place.tsuki(words);
const detach = async (name: string, ...words: string[]) =>
  await tsuki("run", "-d", "-q", "--monitor", "process", "--name", name, ...words);
const ask = async (name: string, template: string): Promise<string> =>
  (await tsuki("inspect", "-f", template, name)).output.trim();
const stateFile = async (name: string): Promise<string> =>
  join(await ask(name, "{{.LogPath}}"), "..", "state");

beforeAll(async () => {
  place.write("wait.c", "#include <unistd.h>\nint main(void) { for (;;) sleep(1000); }\n");
  place.write("end.c", '#include <stdio.h>\nint main(void) { puts("ill"); return 4; }\n');
  const large = "static volatile char all[8 << 20];\nint main(void) { return all[7 << 20]; }\n";
  place.write("large.c", large);
  if (canRun) await tsuki("build", "-q", "-t", "end", "-p", "node", "end.c");
}, 60_000);
afterAll(async () => {
  await tsuki("rm", "-f", "loop", "later", "quick");
  place.remove();
}, 60_000);

describe.skipIf(!canRun)("an instance", { timeout: 60_000 }, () => {
  it("that ends at once is told of by its status, with what it said", async () => {
    expect(await detach("quick", "end.c")).toMatchObject({ status: 0, errors: "" });
    expect((await tsuki("wait", "quick")).output).toBe("4\n");
    expect((await tsuki("logs", "quick")).output).toBe("ill\n");
    const listed = await tsuki("ps", "-a", "-f", "name=quick", "--format", "{{.Status}}");
    expect(listed.output).toMatch(/^Exited \(4\) /);
  });

  it("that ends again and again waits longer each time, and is stopped all the same", async () => {
    await detach("loop", "--restart", "always", "end.c");
    const restarts = async (): Promise<number> => Number(await ask("loop", "{{.RestartCount}}"));
    await vi.waitUntil(async () => (await restarts()) >= 3, { timeout: 30_000 });
    // After 0.1, 0.2 and 0.4 seconds; the fourth waits for 0.8.
    expect(await tsuki("stop", "loop")).toMatchObject({ status: 0, output: "loop\n", errors: "" });
    expect(await ask("loop", "{{.State.Status}} {{.State.ExitCode}}")).toBe("exited 4");
    expect(new Set((await tsuki("logs", "loop")).output.trim().split("\n"))).toEqual(
      new Set(["ill"]),
    );
  });

  it("lives through a clock that is set back: what was written then lies in the future", async () => {
    await detach("later", "wait.c");
    const path = await stateFile("later");
    const tomorrow = `${(Date.now() + 86_400_000) * 1e6}`;
    writeFileSync(path, readFileSync(path, "utf8").replace(/started=\d+/, `started=${tomorrow}`));
    const { output } = await tsuki("ps", "-f", "name=later", "--format", "{{.Status}}");
    expect(output).toBe("Up 0 seconds\n");
    expect(await tsuki("restart", "-t", "5", "later")).toMatchObject({ status: 0, errors: "" });
    expect((await tsuki("stop", "later")).output).toBe("later\n");
    expect(await ask("later", "{{.State.ExitCode}}")).toBe("143");
  });

  it("is refused less memory than its image fills", async () => {
    const ending = await tsuki("run", "-q", "--monitor", "process", "-m", "2M", "large.c");
    expect(ending.errors).toMatch(
      /^tsuki: the app begins with 9 MiB of memory[^\n]* --memory 9M[^\n]*\n$/,
    );
    expect(ending.status).toBe(125);
  });
});

describe.skipIf(!canRun)("the store of images", { timeout: 60_000 }, () => {
  it("whose index is damaged is named by every command, and not written to", async () => {
    const path = join(place.environment["HOME"] ?? "", ".local/share/tsuki/images/index.json");
    const index = readFileSync(path);
    writeFileSync(path, index.subarray(0, 40));
    for (const words of [["images"], ["rmi", "end"], ["build", "-q", "-t", "other", "end.c"]]) {
      const { errors, status } = await tsuki(...words);
      expect(errors).toMatch(/^tsuki: \S*index\.json[^\n]*\(docs\/errors\.md#image-unusable\)\n$/);
      expect(status).toBe(1);
    }
    expect(readFileSync(path)).toEqual(index.subarray(0, 40));
    writeFileSync(path, index);
    expect((await tsuki("images", "--format", "{{.Repository}}")).output).toBe("end\n");
  });
});

/** Does it on a file system of 1 MiB that is full, and once more when it is not; what is left then. */
const onFullDisk = [
  'mkdir -p "$1" && mount -t tmpfs -o size=1m,nr_inodes=200 none "$1" || exit 99',
  'export XDG_DATA_HOME="$1"; shift; "$0" volume create kept >/dev/null',
  'head -c 2000000 /dev/zero >"$XDG_DATA_HOME/rest" 2>/dev/null',
  '"$0" "$@" >/dev/null; echo "status $?"; rm "$XDG_DATA_HOME/rest"',
  '"$0" "$@" >/dev/null; echo "status $?"; "$0" images -q | wc -l; "$0" volume ls -q',
].join("\n");

describe.skipIf(!isRoot)(`a full disk${needsRoot}`, { timeout: 60_000 }, () => {
  it.each([
    ["an image", ["build", "-q", "-t", "one", "-p", "node", "end.c"], 1, "1\nkept\n"],
    ["an image of an archive", ["load", "-i", "end.tar"], 1, "1\nkept\n"],
    ["a volume", ["volume", "create", "two"], 1, "0\nkept\ntwo\n"],
    ["an instance", ["create", "-q", "--monitor", "process", "end.c"], 125, "0\nkept\n"],
  ])("does not take half of %s, and nothing else", async (_kind, words, failed, left) => {
    await tsuki("save", "-o", "end.tar", "end");
    place.write("tsuki", `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
    chmodSync(join(place.folder, "tsuki"), 0o755);
    const shell = ["-m", "sh", "-c", onFullDisk, "./tsuki", join(place.folder, "full"), ...words];
    const { output, errors } = await place.run("unshare", shell);
    expect(errors).toMatch(/^tsuki: cannot write [^\n]*ENOSPC[^\n]*#store-unwritable\)\n$/);
    expect(output).toBe(`status ${failed}\nstatus 0\n${left}`);
  });
});

/** A user namespace in which nobody may make a namespace of processes. */
const withoutProcesses =
  'echo 0 >/proc/sys/user/max_pid_namespaces || exit 99; "$@"; echo "status $?"';

describe.skipIf(!isRoot)(`isolation that is required${needsRoot}`, { timeout: 60_000 }, () => {
  it("has a namespace of processes in the foreground, too, or no start", async ({ skip }) => {
    const run = ["run", "-q", "--monitor", "process", "-e", "TSUKI_ISOLATION=required", "end.c"];
    const ending = await tsuki(...run);
    skip(ending.errors.includes("TSUKI_ISOLATION"), "the host lacks a part of it");
    expect(ending).toMatchObject({ output: "ill\n", errors: "", status: 4 });
    const shell = ["-Ur", "sh", "-c", withoutProcesses, "sh", process.execPath, program];
    const refused = await place.run("unshare", [...shell, ...run]);
    skip(refused.status === 99, "no user namespaces here");
    expect(refused.errors).toMatch(/^tsuki: [^\n]*cannot be started[^\n]*\n$/);
    expect(refused.output).toBe("status 125\n");
    const auto = run.map((word) => word.replace("required", "auto"));
    expect((await place.run("unshare", [...shell, ...auto])).output).toBe("ill\nstatus 4\n");
  });
});

describe.skipIf(!isRoot)(`a user without rights${needsRoot}`, { timeout: 60_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), "tsuki-nobody-"));
  afterAll(() => rmSync(home, { recursive: true }));

  it.each([
    ["network create one", "network-unavailable", "needs? root.*--net host"],
    ["run -q --cpus 0.5 end.c", "limits-missing", "run as root, or in `systemd-run --user"],
  ])("is told what `tsuki %s` needs, and the way without", async (line, code, said) => {
    chmodSync(home, 0o777);
    chmodSync(place.folder, 0o755);
    mkdirSync(join(home, "cache"), { recursive: true, mode: 0o777 });
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
    const words = [...nobody, process.execPath, program, ...line.split(" ")];
    const { errors, status } = await place.run("setpriv", words, { environment: { HOME: home } });
    expect(errors).toMatch(new RegExp(`^tsuki: [^\\n]*${said}[^\\n]*#${code}\\)\\n$`));
    expect(status).toBe(line.startsWith("run") ? 125 : 1);
  });
});
