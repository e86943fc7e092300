/** What may go wrong around instances in the background: one clear line each, and nothing lost. */
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findQemu } from "../src/monitors/qemu/find-qemu.ts";
import { type Ending, program, Workplace } from "./command-line.fixture.ts";
import { freePort } from "./free-port.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";
const isRoot = canRun && process.getuid?.() === 0;
const hasQemu = canRun && findQemu(process.env) !== undefined;

/** Answers every connection on port 8080 with a word. */
const server = `#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8)) {
    perror("bind");
    return 9;
  }
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    char request[1000];
    if (read(connection, request, sizeof request) > 0)
      write(connection, "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok", 40);
    close(connection);
  }
}
`;

const place = new Workplace();
const tsuki = async (...words: string[]): Promise<Ending> => await place.tsuki(words);
const create = ["create", "-q", "--monitor", "process"];
const statuses = (endings: readonly Ending[]) =>
  endings.map(({ status }) => status ?? -1).sort((one, other) => one - other);

describe.skipIf(!canRun)("instances", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    place.write("wait.c", "#include <unistd.h>\nint main(void) { for (;;) sleep(1000); }\n");
    place.write("server.c", server);
    await tsuki(...create, "--name", "one", "wait.c");
  }, 60_000);
  afterAll(async () => {
    const names = (await tsuki("ps", "-aq")).output.trim().split("\n");
    await tsuki("rm", "-f", ...names);
    place.remove();
  }, 60_000);

  it("have one of two that want the same name", async () => {
    const words = [...create, "--name", "same", "wait.c"];
    const endings = await Promise.all([tsuki(...words), tsuki(...words)]);
    expect(statuses(endings)).toEqual([0, 125]);
    expect(endings.map(({ errors }) => errors).join("")).toContain("the name same is taken by");
  });

  it("run once when two start them, and stop once when two stop them", async () => {
    const started = await Promise.all([tsuki("start", "one"), tsuki("start", "one")]);
    expect(statuses(started)).toEqual([0, 0]);
    expect((await tsuki("ps", "--format", "{{.Names}} {{.State}}")).output).toBe("one running\n");
    const stopped = await Promise.all([tsuki("stop", "one"), tsuki("stop", "one")]);
    expect(statuses(stopped)).toEqual([0, 0]);
    expect((await tsuki("inspect", "-f", "{{.State.ExitCode}}", "one")).output).toBe("143\n");
  });

  it("go once when two remove them", async () => {
    await tsuki(...create, "--name", "gone", "wait.c");
    const removed = await Promise.all([tsuki("rm", "gone"), tsuki("rm", "gone")]);
    expect(statuses(removed)).toContain(0);
    expect((await tsuki("inspect", "gone")).status).toBe(1);
  });

  it("are not started where a port is taken, and leave nothing", async () => {
    const other = createServer();
    await new Promise<void>((settle) => other.listen(0, "0.0.0.0", settle));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const run = ["run", "-d", "-q", "--monitor", "process", "--name", "port"];
    const { errors, status } = await tsuki(...run, "-p", `${port}:8080`, "server.c");
    expect(errors).toMatch(new RegExp(`^tsuki: port 0\\.0\\.0\\.0:${port} [^\n]* in use[^\n]*\n$`));
    expect(status).toBe(125);
    expect((await tsuki("ps", "-aq", "-f", "name=port")).output).toBe("");
    await new Promise((settle) => other.close(settle));
  });

  it("end with a monitor that is killed, and are started again where they are to be", async () => {
    const run = ["run", "-d", "-q", "--monitor", "process", "--restart", "always"];
    await tsuki(...run, "--name", "killed", "wait.c");
    const pid = async (): Promise<number> =>
      Number((await tsuki("inspect", "-f", "{{.State.Pid}}", "killed")).output);
    const first = await pid();
    process.kill(first, "SIGKILL");
    await vi.waitUntil(async () => ![0, first].includes(await pid()), { timeout: 20_000 });
    expect((await tsuki("inspect", "-f", "{{.RestartCount}}", "killed")).output).toBe("1\n");
  });

  it.skipIf(!isRoot)("are not half made on a full disk (needs root)", async ({ skip }) => {
    const folder = join(place.folder, "full");
    const script = [
      'mkdir "$1" && mount -t tmpfs -o size=128k,nr_inodes=64 none "$1" || exit 99',
      'export XDG_DATA_HOME="$1"; shift',
      'head -c 200000 /dev/zero >"$XDG_DATA_HOME/rest" 2>/dev/null',
      '"$@"; echo "status $?"; rm "$XDG_DATA_HOME/rest"; "$@" >/dev/null; echo "status $?"',
      'ls "$XDG_DATA_HOME/tsuki/instances" | grep -cE "^[0-9a-f]{64}$"',
    ].join("\n");
    const words = ["-m", "sh", "-c", script, "sh", folder, process.execPath, program];
    const { output, errors, status } = await place.run("unshare", [...words, ...create, "wait.c"]);
    skip(status === 99 || errors.includes("unshare"), "no file systems can be mounted here");
    expect(errors).toMatch(/^tsuki: cannot write [^\n]*instances[^\n]*ENOSPC[^\n]*\n$/);
    expect(output).toBe("status 125\nstatus 0\n1\n");
  });

  it.skipIf(!hasQemu)("are reached in virtual machines by the ports of the host", async () => {
    const port = await freePort();
    const run = ["run", "-d", "-q", "--monitor", "qemu", "--name", "machine"];
    const ending = await tsuki(...run, "-p", `127.0.0.1:${port}:8080`, "server.c");
    expect(ending.errors).toBe("");
    const answered = async (): Promise<boolean> =>
      await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2000) }).then(
        async (response) => (await response.text()) === "ok",
        () => false,
      );
    await vi.waitUntil(answered, { timeout: 40_000, interval: 50 });
    expect((await tsuki("port", "machine")).output).toBe(`8080/tcp -> 127.0.0.1:${port}\n`);
    await tsuki("stop", "-t", "20", "machine");
    expect((await tsuki("inspect", "-f", "{{.State.ExitCode}}", "machine")).output).toBe("143\n");
  });
});
