/** What can be wrong with what a user gives: one line, a non-zero status, no partial output. */
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findQemu, installQemu } from "../src/monitors/qemu/find-qemu.ts";
import { emptyCommand, moduleWith } from "../src/toolchains/wasm/module.fixture.ts";
import { type Ending, Workplace } from "./command-line.fixture.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const hello = '#include <stdio.h>\nint main(void) { puts("hi"); return 0; }\n';
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux" && process.arch === "x64";

/** The last line is Tsuki's, with a link to the error's entry; above it stand `above` lines. */
function expectOneLine(ending: Ending, status: number, code: string, said: RegExp): void {
  const lines = ending.errors.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(said);
  expect(lines[0]).toMatch(new RegExp(`^tsuki: .* \\(docs/errors\\.md#${code}\\)$`));
  expect(ending.status).toBe(status);
  expect(ending.output).toBe("");
}

describe("sources", { timeout: 60_000 }, () => {
  test.each<[string, string, string | Uint8Array | undefined, string, RegExp]>([
    ["missing", "a.c", undefined, "source-missing", /a\.c: no such file/],
    ["not WebAssembly", "a.wasm", "hello\n", "wasm-not-a-module", /not begin with/],
    ["empty", "a.wasm", "", "wasm-not-a-module", /the file is empty/],
    [
      "truncated",
      "a.wasm",
      emptyCommand.subarray(0, 25),
      "wasm-invalid",
      /not a valid module: .*at offset \d+/,
    ],
    [
      "invalid",
      "a.wasm",
      Buffer.concat([emptyCommand, Buffer.of(99)]),
      "wasm-invalid",
      /at offset \d+/,
    ],
    [
      "with an unknown import",
      "a.wasm",
      moduleWith([["env", "emscripten_resize_heap"]], ["_start", "memory"]),
      "wasm-unknown-import",
      /imports the function env\.emscripten_resize_heap, which is provided by Emscripten/,
    ],
    ["not a command", "a.wasm", moduleWith([], ["memory"]), "wasm-not-a-command", /_start/],
    ["of no known kind", "a.txt", "", "source-kind", /it takes \.ts/],
    [
      "with C++ exceptions",
      "a.cc",
      "int main() { throw 1; }\n",
      "c-exceptions",
      /a\.cc:1:14: C\+\+ exceptions/,
    ],
    [
      "with an undefined function",
      "a.c",
      '__attribute__((import_module("env"), import_name("missing"))) void missing(void);\n' +
        "int main(void) { missing(); return 0; }\n",
      "wasm-unknown-import",
      /env\.missing, .* declared but not linked/,
    ],
  ])("%s", async (_name, source, content, code, said) => {
    if (content !== undefined) place.write(source, content);
    const before = place.names();
    expectOneLine(await place.tsuki(["build", source, "-o", "image"]), 1, code, said);
    const runStatus = code === "source-missing" ? 127 : 126;
    expectOneLine(await place.tsuki(["run", "--monitor", "node", source]), runStatus, code, said);
    expect(place.names()).toEqual(before);
  });

  test("a folder beside a program, and one without a page", async () => {
    place.write("public/page.html", "hello");
    place.write("a.wasm", "hello");
    const beside = await place.tsuki(["build", "a.wasm", "public", "-o", "image"]);
    expectOneLine(beside, 2, "usage", /public is a folder, .*; --embed public gives/);
    const ending = await place.tsuki(["build", "-q", "-p", "node", "public", "-o", "image"]);
    expect(ending.errors).toBe("tsuki: public has no index.html: its / will not be found\n");
    expect(ending.status).toBe(0);
  });

  test("a C program that does not compile: clang's own message, then one line", async () => {
    place.write("src/a.c", "int main(void) {\n  return x;\n}\n");
    const ending = await place.tsuki(["build", "src/a.c", "-o", "image"]);
    expect(ending.errors).toMatch(/^src\/a\.c:2:10: error: .*'x'/);
    expect(ending.errors.trimEnd().split("\n").at(-1)).toMatch(
      /^tsuki: src\/a\.c does not compile; .* \(docs\/errors\.md#c-compile\)$/,
    );
    expect(ending.status).toBe(1);
    expect(place.names()).toEqual(["src"]);
  });

  test("an AssemblyScript program that does not compile: asc's own message, then one line", async () => {
    place.write("a.as.ts", "nothing();\n");
    const ending = await place.tsuki(["build", "a.as.ts", "-o", "image"]);
    expect(ending.errors).toMatch(/Cannot find name 'nothing'[^]*a\.as\.ts\(1,1\)/);
    expect(ending.errors.trimEnd().split("\n").at(-1)).toMatch(/#assemblyscript-compile\)$/);
    expect(ending.status).toBe(1);
  });
});

describe("output", { timeout: 60_000 }, () => {
  const build = (output: string) => place.tsuki(["build", "-p", "node", "a.c", "-o", output]);

  test("into a folder that does not exist", async () => {
    place.write("a.c", hello);
    expectOneLine(await build("no/image"), 1, "output-unwritable", /its folder does not exist/);
    expect(place.names()).toEqual(["a.c"]);
  });

  test("onto a folder", async () => {
    place.write("a.c", hello);
    mkdirSync(join(place.folder, "image"));
    expectOneLine(await build("image"), 1, "output-unwritable", /it is a folder/);
  });

  test.skipIf(isRoot)(
    "into a folder without permission (needs a user other than root)",
    async () => {
      place.write("a.c", hello);
      mkdirSync(join(place.folder, "closed"), { mode: 0o500 });
      expectOneLine(await build("closed/image"), 1, "output-unwritable", /no permission/);
      chmodSync(join(place.folder, "closed"), 0o700);
    },
  );

  test.runIf(existsSync("/proc/self"))("into a file system without room for it", async () => {
    place.write("a.c", hello);
    expectOneLine(await build("/proc/image"), 1, "output-unwritable", /cannot write \/proc\/image/);
  });

  test("onto the source", async () => {
    place.write("a.wasm", emptyCommand);
    const ending = await place.tsuki(["build", "-p", "node", "a.wasm", "-o", "./a.wasm"]);
    expectOneLine(ending, 2, "usage", /is the source/);
    expect(readFileSync(join(place.folder, "a.wasm"))).toEqual(Buffer.from(emptyCommand));
  });

  test("what was there before a failure is still there", async () => {
    place.write("a.c", "int main(void) { return x; }\n");
    place.write("image", "precious");
    await build("image");
    expect(readFileSync(join(place.folder, "image"), "utf8")).toBe("precious");
  });
});

describe("monitors", { timeout: 60_000 }, () => {
  test("what V8 refuses and the compiler does not: exceptions of both kinds", async () => {
    const catching = [0x06, 0x40, 0x19, 0x0b, 0x1f, 0x40, 0, 0x0b, 0x0b];
    const code = [10, 12, 1, 10, 0, ...catching];
    place.write("a.wasm", Buffer.from([...emptyCommand.subarray(0, -6), ...code]));
    const ending = await place.tsuki(["run", "--monitor", "node", "a.wasm"]);
    expectOneLine(ending, 125, "wasm-unsupported", /this Node cannot run the app: .*newer Node/);
  });

  const noPrograms = { environment: { PATH: "/nowhere" } };

  test("no QEMU", async () => {
    place.write("a.wasm", emptyCommand);
    const ending = await place.tsuki(["run", "--monitor", "qemu", "a.wasm"], noPrograms);
    expectOneLine(ending, 125, "monitor-missing", /not in PATH; install it \(Debian/);
  });

  test("no such monitor", async () => {
    place.write("a.wasm", emptyCommand);
    const ending = await place.tsuki(["run", "--monitor", "firecracker", "a.wasm"]);
    expectOneLine(ending, 125, "usage", /there are process, qemu, node, solo5/);
  });

  test.skipIf(!isLinux)("address space too tight for the reservations", async () => {
    place.write("a.wasm", emptyCommand);
    const built = await place.tsuki(["build", "a.wasm", "-o", "image"]);
    expect(built.status).toBe(0);
    const limited = async (kibibytes: number) =>
      await place.run("/bin/sh", ["-c", `ulimit -v ${kibibytes}; exec ./image`]);
    expect(await limited(1_000_000)).toMatchObject({ status: 0, errors: "" });
    const ending = await limited(6_000);
    expect(ending.errors).toMatch(/^tsuki: the address-space limit \(ulimit -v\) .*; raise it\n$/);
    expect(ending.status).toBe(125);
  });

  const withQemu = findQemu(process.env) === undefined ? ` (needs QEMU: ${installQemu})` : "";
  test.skipIf(withQemu !== "")(`out of memory${withQemu}`, async () => {
    const probe = readFileSync(join(import.meta.dirname, "apps", "probe.c"));
    place.write("probe.c", probe);
    const words = ["run", "-q", "--monitor", "qemu", "-m", "16m", "probe.c", "fill"];
    const ending = await place.tsuki(words);
    expect(ending.errors).toMatch(/^tsuki: .*memory.*\n$/);
    expect(ending.status).toBe(137);
  });
});

describe("the command line itself", () => {
  test.each([
    [["frobnicate"], 2],
    [["build"], 2],
    [["build", "--frobnicate", "a.c"], 2],
    [["build", "-p", "xen", "a.c"], 2],
    [["run"], 125],
    [["run", "--memory", "lots", "a.c"], 125],
    [["run", "-e", "=x", "a.c"], 125],
    [["build", "--toolchain", "cobol", "a.c"], 2],
  ])("%j", async (words, status) => {
    place.write("a.c", hello);
    const ending = await place.tsuki(words);
    expect(ending.errors).toMatch(/^tsuki: [^\n]+\n$/);
    expect(ending.status).toBe(status);
    expect(place.names()).toEqual(["a.c"]);
  });

  test("--debug shows the stack", async () => {
    const ending = await place.tsuki(["build", "--debug", "a.c"]);
    expect(ending.errors).toMatch(/^tsuki: a\.c: no such file.*\n[^]*\n {4}at /);
  });
});
