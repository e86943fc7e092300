/** The built command line, as far as a user sees it when all goes well. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyCommand } from "../src/toolchains/wasm/module.fixture.ts";
import { type RunOptions, Workplace } from "./command-line.fixture.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const options = { timeout: 60_000 };
const spinning = 'console.log("spinning");\nwhile (true) {}\n';

describe("run", options, () => {
  const program = `
    const words = process.argv.slice(1).join("|");
    console.log(words + " " + (process.env.has("A") ? process.env.get("A") : "-"));
    process.stdout.write(process.stdin.readText());
    console.error("done");
    process.exit(7);
  `;

  test("passes arguments, environment, streams and status through", async () => {
    place.write("app.as.ts", program);
    const words = [
      "run",
      "--monitor",
      "node",
      "--env",
      "A=1=2",
      "app.as.ts",
      "--",
      "-m",
      "--",
      "x y",
    ];
    const ending = await place.tsuki(words, { input: "input" });
    expect(ending).toEqual({
      status: 7,
      signal: null,
      output: "-m|--|x y 1=2\ninput",
      errors: "done\n",
    });
  });

  test("options behind the source are the app's", async () => {
    place.write("app.as.ts", program);
    const ending = await place.tsuki(["run", "--monitor", "node", "app.as.ts", "--help", "-q"]);
    expect(ending.output).toBe("--help|-q -\n");
  });

  test("says which monitor runs the app, and --quiet does not", async () => {
    place.write("app.wasm", emptyCommand);
    const loud = await place.tsuki(["run", "app.wasm"], { environment: { PATH: "/nowhere" } });
    expect(loud.errors).toMatch(/^tsuki: running (as a sealed process, which is not a VM|in Node)/);
    const quiet = await place.tsuki(["run", "--quiet", "app.wasm"]);
    expect(quiet).toMatchObject({ status: 0, errors: "", output: "" });
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s ends an app that computes, with %d", async (signal, status) => {
    place.write("app.as.ts", spinning);
    const onStart: NonNullable<RunOptions["onStart"]> = (running) => {
      running.stdout.once("data", () => running.signal(signal));
    };
    const ending = await place.tsuki(["run", "-q", "--monitor", "node", "app.as.ts"], { onStart });
    expect(ending).toMatchObject({ status, errors: "" });
  });

  test("ends when nobody reads its output", async () => {
    place.write("app.as.ts", 'while (true) console.log("line");\n');
    const words = `"${process.execPath}" "$TSUKI" run -q --monitor node app.as.ts | head -n 1`;
    const environment = { TSUKI: join(import.meta.dirname, "..", "dist", "cli.js") };
    const ending = await place.run("/bin/sh", ["-c", words], { environment });
    expect(ending.output).toBe("line\n");
  });
});

describe("build", options, () => {
  test("names the image after the source and makes it executable", async () => {
    place.write("app.wasm", emptyCommand);
    const ending = await place.tsuki(["build", "-p", "node", "app.wasm"]);
    expect(ending.errors).toMatch(/^tsuki: app\.node\.wasm: 0\.1 KiB for node, built in /);
    expect(place.names()).toEqual(["app.node.wasm", "app.wasm"]);
    expect(statSync(join(place.folder, "app.node.wasm")).mode & 0o777).toBe(0o755);
  });

  test("names the program's line that asks for what only an instance knows, and not Node's module's", async () => {
    place.write("app.ts", 'import process from "node:process";\nconsole.log(process.env["A"]);\n');
    const { errors } = await place.tsuki(["build", "-p", "node", "app.ts"]);
    expect(errors).toMatch(/^tsuki: app\.ts:2 asks for the environment while the program loads, /);
    expect(errors).toContain("(docs/javascript.md#when-a-module-is-evaluated)\n");
  });

  test("remembers what did not change, and only that", async () => {
    place.write("app.c", '#include "a.h"\nint main(void) { return A; }\n');
    place.write("a.h", "#define A 1\n");
    const build = async () => (await place.tsuki(["build", "-p", "node", "app.c"])).errors;
    expect(await build()).toContain(", built in ");
    expect(await build()).toContain(", cached in ");
    place.write("a.h", "#define A 2\n");
    expect(await build()).toContain(", built in ");
    const ending = await place.tsuki(["run", "--monitor", "node", "app.c"]);
    expect(ending.status).toBe(2);
  });

  test("warnings are shown again for what is cached", async () => {
    place.write("app.c", "int main(void) { 1; return 0; }\n");
    for (let turn = 0; turn < 2; turn++) {
      const { errors } = await place.tsuki(["build", "-q", "-p", "node", "app.c"]);
      expect(errors).toContain("app.c:1:18: warning: ");
    }
  });

  test("takes several sources", async () => {
    place.write("one.c", "int two(void);\nint main(void) { return two(); }\n");
    place.write("two.c", "int two(void) { return 2; }\n");
    const built = await place.tsuki(["build", "-p", "node", "one.c", "two.c", "-o", "both.wasm"]);
    expect(built.status).toBe(0);
    expect((await place.tsuki(["run", "--monitor", "node", "both.wasm"])).status).toBe(2);
  });
});

describe("doctor", options, () => {
  test("prints a table and a conclusion", async () => {
    const { status, output } = await place.tsuki(["doctor"]);
    expect(status).toBe(0);
    for (const name of ["KVM", "QEMU", "Node", "@yowasp/clang", "assemblyscript"]) {
      expect(output).toMatch(new RegExp(`^${name} +(yes|partly|no) `, "m"));
    }
    expect(output).toMatch(/\n\ntsuki run, without --monitor: running [^\n]+\n$/);
  });

  test("prints JSON, and what to install without QEMU", async () => {
    const environment = { PATH: "/nowhere" };
    const { output } = await place.tsuki(["doctor", "--json"], { environment });
    const report = JSON.parse(output) as { findings: { name: string; advice: string }[] };
    const qemu = report.findings.find(({ name }) => name === "QEMU");
    expect(qemu?.advice).toMatch(/apt install qemu-system-x86/);
  });
});

describe("help and version", () => {
  test("help names the commands", async () => {
    const { status, output } = await place.tsuki(["--help"]);
    expect(status).toBe(0);
    for (const name of ["build", "run", "doctor"]) expect(output).toContain(`  ${name} `);
  });

  test("the version is the package's", async () => {
    const { output } = await place.tsuki(["--version"]);
    expect(output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("neither leaves anything behind", async () => {
    await place.tsuki(["--help"]);
    expect(readdirSync(place.environment["HOME"] ?? "")).toEqual([]);
  });
});
