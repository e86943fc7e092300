/** What people of container engines type, and what they expect to read. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ending, type RunOptions, Workplace } from "./command-line.fixture.ts";
import { freePort } from "./free-port.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";

/** Copies its input, tells a variable, and ends with 3. */
const source = `#include <stdio.h>
#include <stdlib.h>
int main(void) {
  for (int byte = getchar(); byte != EOF; byte = getchar()) putchar(byte);
  printf("%s\\n", getenv("WORD") ? getenv("WORD") : "-");
  fprintf(stderr, "ill\\n");
  return 3;
}
`;

const place = new Workplace();
const tsuki = async (words: readonly string[], options?: RunOptions): Promise<Ending> =>
  await place.tsuki(words, options);
const run = ["run", "-q", "--monitor", "process"];

describe.skipIf(!canRun)("in the words of container engines", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    place.write("app.c", source);
    place.write("wait.c", "#include <unistd.h>\nint main(void) { for (;;) sleep(1000); }\n");
    await tsuki(["build", "-q", "app.c"]);
  }, 60_000);
  afterAll(async () => {
    await tsuki(["rm", "-f", "front", "ports"]);
    place.remove();
  }, 60_000);

  it("a variable without a value has the one that it has here, or none", async () => {
    const environment = { WORD: "from here" };
    const words = [...run, "-e", "WORD", "-e", "NOBODYS", "app.c"];
    expect((await tsuki(words, { environment })).output).toBe("from here\n");
    expect((await tsuki(words)).output).toBe("-\n");
    place.write("variables", "# some\n\nWORD\n");
    const file = [...run, "--env-file", "variables", "app.c"];
    expect((await tsuki(file, { environment })).output).toBe("from here\n");
  });

  it("what has a name in the foreground is an instance that stays, or goes with --rm", async () => {
    const named = [...run, "--name", "front", "--label", "of=test"];
    const ending = await tsuki([...named, "app.c"], { input: "typed\n" });
    expect(ending).toEqual({ output: "typed\n-\n", errors: "ill\n", status: 3, signal: null });
    const listed = await tsuki(["container", "ls", "-a", "--format", "{{.Names}} {{.State}}"]);
    expect(listed.output).toBe("front exited\n");
    expect(await tsuki(["logs", "front"])).toMatchObject({ output: "typed\n-\n", errors: "ill\n" });
    await tsuki(["container", "rm", "front"]);
    expect((await tsuki([...named, "--rm", "app.c"])).status).toBe(3);
    expect((await tsuki(["ps", "-aq"])).output).toBe("");
  });

  it("a port is told by where it leads", async () => {
    const [port, other] = [await freePort(), await freePort()];
    const ports = ["-p", `${port}:80`, "-p", `[::1]:${other}:53/udp`];
    await tsuki(["create", "-q", "--monitor", "process", "--name", "ports", ...ports, "wait.c"]);
    const all = `80/tcp -> 0.0.0.0:${port}\n53/udp -> [::1]:${other}\n`;
    expect((await tsuki(["port", "ports"])).output).toBe(all);
    expect((await tsuki(["port", "ports", "80"])).output).toBe(`0.0.0.0:${port}\n`);
    expect((await tsuki(["port", "ports", "81"])).errors).toMatch(/has no port 81\/tcp published/);
    expect(JSON.parse((await tsuki(["port", "--json", "ports", "53/udp"])).output)).toEqual([
      { guest: "53/udp", host: `[::1]:${other}` },
    ]);
    const listed = (await tsuki(["ps", "-a", "--format", "{{.Ports}}"])).output;
    expect(listed).toBe(`0.0.0.0:${port}->80/tcp, [::1]:${other}->53/udp\n`);
  });

  it("an image is found among images, whatever instances are called", async () => {
    await tsuki(["build", "-q", "-p", "node", "-t", "ports", "app.c"]);
    const names = async (...words: string[]) =>
      (JSON.parse((await tsuki(words)).output) as readonly object[]).flatMap(Object.keys);
    expect(await names("inspect", "ports")).toContain("RestartCount");
    expect(await names("container", "inspect", "ports")).toContain("RestartCount");
    expect(await names("image", "inspect", "ports")).toContain("RepoTags");
    expect((await tsuki(["image", "ls", "--format", "{{.Repository}}"])).output).toBe("ports\n");
    expect((await tsuki(["image", "inspect", "--map", "ports"])).output).toContain("COMPONENT");
    expect((await tsuki(["inspect", "--type", "volume", "ports"])).errors).toMatch(
      /no type volume/,
    );
    expect((await tsuki(["image", "rm", "ports"])).output).toContain("Untagged: ports:latest");
  });

  it.each(["run", "create"])("%s ends with 125 when it is not understood", async (verb) => {
    expect((await tsuki([verb, "--nothing"])).status).toBe(125);
    expect((await tsuki([verb, "-m", "lots", "app.c"])).status).toBe(125);
  });
});
