import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { WASI } from "node:wasi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadToolchain } from "./choose.ts";
import { packageFinder } from "./packages.ts";
import { RecordedFiles } from "./source-files.ts";
import type { App, ToolchainName } from "./toolchain.ts";
import { checkCommand } from "./wasm/check-command.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes the files and makes an app of the first one. */
async function make(
  name: ToolchainName,
  files: Readonly<Record<string, string>>,
  includes: readonly string[] = [],
  definitions: readonly string[] = [],
): Promise<App> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const toolchain = await loadToolchain(name);
  return await toolchain.toApp({
    sources: [join(folder, Object.keys(files)[0] ?? "")],
    includeDirectories: includes.map((path) => join(folder, path)),
    definitions,
    workingDirectory: folder,
    files: new RecordedFiles(),
    findPackage: packageFinder(folder, folder),
  });
}

const refused = (code: string, detail: RegExp, message = /./) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message) as unknown,
    detail: expect.stringMatching(detail) as unknown,
  }) as unknown;

const minute = 60_000;

describe("C and C++", { timeout: minute }, () => {
  test("compiles a program with headers of its own and of an include folder", async () => {
    const { app, warnings } = await make(
      "c",
      {
        "src/main.c": '#include "parts/a.h"\n#include <b.h>\nint main(void) { return A + B; }\n',
        "src/parts/a.h": '#include "../a2.h"\n',
        "src/a2.h": "#define A 1\n",
        "include/b.h": "#define B 2\n",
      },
      ["include"],
    );
    expect(warnings).toBe("");
    checkCommand(app, "main.c");
  });

  test("defines macros, quotes and blanks in them included", async () => {
    const source = '_Static_assert(sizeof(NAME) == 4 && TWICE(2) == 4 && FLAG, "defined");\n';
    const definitions = ['NAME="a b"', "TWICE(x)=(2 * (x))", "FLAG"];
    const { warnings } = await make(
      "c",
      { "main.c": `${source}int main(void) {}\n` },
      [],
      definitions,
    );
    expect(warnings).toBe("");
  });

  test("compiles headers whose names are computed", async () => {
    const source = '#define NAME "config.h"\n#include NAME\nint main(void) { return STATUS; }\n';
    const { app } = await make("c", { "main.c": source, "config.h": "#define STATUS 0\n" });
    checkCommand(app, "main.c");
  });

  test("passes clang's messages on, with file and line", async () => {
    const made = make("c", { "src/bad.c": "int main(void) {\n  return x;\n}\n" });
    await expect(made).rejects.toThrow(refused("c-compile", /^src\/bad\.c:2:10: error: /m));
  });

  test("says by which option a header is found", async () => {
    const made = make("c", { "main.c": '#include "parts.h"\n' });
    await expect(made).rejects.toThrow(refused("c-compile", /'parts\.h'/, /-I .* of parts\.h/));
  });

  test("keeps clang's warnings", async () => {
    const { warnings } = await make("c", { "main.c": "int main(void) { 1; return 0; }\n" });
    expect(warnings).toMatch(/^main\.c:1:18: warning: /m);
  });

  test("compiles C++", async () => {
    const source = "#include <array>\nint main() { return std::array<int, 2>{0, 1}[0]; }\n";
    const { app } = await make("c", { "main.cc": source });
    checkCommand(app, "main.cc");
  });

  test.each(["throw 1;", "try { return 1; } catch (...) { return 2; }"])(
    "refuses `%s` in one line",
    async (statement) => {
      const made = make("c", { "main.cc": `int main() { ${statement} }\n` });
      await expect(made).rejects.toThrow(
        refused("c-exceptions", /^$/, /^main\.cc:1:14: C\+\+ exceptions .* not supported yet/),
      );
    },
  );
});

describe("AssemblyScript", { timeout: minute }, () => {
  test("compiles top-level code with imports, console and process", async () => {
    const { app, warnings } = await make("assemblyscript", {
      "main.as.ts": 'import { text } from "./text.as";\nconsole.log(text + process.argv[0]);\n',
      "text.as.ts": 'export const text = "name: ";\n',
    });
    expect(warnings).toBe("");
    checkCommand(app, "main.as.ts");
  });

  test("passes asc's messages on", async () => {
    const made = make("assemblyscript", { "bad.as.ts": "let x: i32 = nothing;\n" });
    await expect(made).rejects.toThrow(
      refused("assemblyscript-compile", /Cannot find name 'nothing'[^]*in bad\.as\.ts\(1,14\)/),
    );
  });

  test("does not follow an asconfig.json", async () => {
    const { app } = await make("assemblyscript", {
      "main.as.ts": "console.log();\n",
      "asconfig.json": '{ "options": { "exportStart": "other" } }',
    });
    checkCommand(app, "main.as.ts");
  });

  test("the library passes arguments, environment and exit status", async () => {
    const { app } = await make("assemblyscript", {
      "main.as.ts":
        'const ok = process.argv[1] == "ä" && process.env.get("NAME") == "value=1";\n' +
        "process.exit(ok ? 7 : 8);\n",
    });
    const wasi = new WASI({
      version: "preview1",
      args: ["main", "ä"],
      env: { NAME: "value=1" },
      returnOnExit: true,
    });
    expect(wasi.start(await instantiate(app, wasi))).toBe(7);
  });
});

interface WebAssemblyPart {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: object }>;
}

async function instantiate(app: Uint8Array, wasi: WASI): Promise<object> {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyPart };
  const imports = { wasi_snapshot_preview1: wasi.wasiImport, env: { abort: () => {} } };
  return (await WebAssembly.instantiate(app, imports)).instance;
}
