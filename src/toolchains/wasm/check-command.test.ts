import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { TsukiError } from "../../contracts/errors.ts";
import { checkCommand } from "./check-command.ts";
import { emptyCommand, moduleWith } from "./module.fixture.ts";

function refusal(bytes: Uint8Array): string {
  try {
    checkCommand(bytes, "a.wasm");
    return "accepted";
  } catch (error) {
    if (!(error instanceof TsukiError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const command = ["_start", "memory"];

describe("checkCommand", () => {
  test.each([
    ["an empty command", emptyCommand],
    ["WASI's functions", moduleWith([["wasi_snapshot_preview1", "fd_write"]], command)],
    ["AssemblyScript's own imports", moduleWith([["env", "abort"]], command)],
  ])("accepts %s", (_name, bytes) => expect(refusal(bytes)).toBe("accepted"));

  test.each<[string, Uint8Array, string]>([
    ["an empty file", Uint8Array.of(), "wasm-not-a-module: a.wasm: not a WebAssembly module: the"],
    ["text", Buffer.from("#!/bin/sh\n"), "wasm-not-a-module: a.wasm: not a WebAssembly module: it"],
    [
      "four bytes",
      emptyCommand.subarray(0, 4),
      "wasm-not-a-module: a.wasm: a WebAssembly module tr",
    ],
    [
      "a component",
      Uint8Array.of(0, 97, 115, 109, 13, 0, 1, 0),
      "wasm-not-a-module: a.wasm: a Web",
    ],
    [
      "a truncated module",
      emptyCommand.subarray(0, 20),
      "wasm-invalid: a.wasm: not a valid module",
    ],
    ["a library", moduleWith([], ["memory"]), "wasm-not-a-command: a.wasm: not a WASI command"],
    ["a reactor", moduleWith([], ["_initialize"]), "wasm-not-a-command: a.wasm: a WASI reactor"],
    ["a bare main", moduleWith([], ["main"]), "wasm-not-a-command: a.wasm: exports main but no"],
    [
      "a command without memory",
      moduleWith([["wasi_snapshot_preview1", "fd_write"]], ["_start"]),
      "wasm-not-a-command: a.wasm: exports no memory",
    ],
  ])("refuses %s", (_name, bytes, start) =>
    expect(refusal(bytes).slice(0, start.length)).toBe(start),
  );

  test("names the offset at which a module is invalid", () => {
    expect(refusal(emptyCommand.subarray(0, emptyCommand.length - 1))).toMatch(/at offset \d+/);
  });

  test("names a feature that is not compiled yet", () => {
    const body = [0x00, 0x41, 0x00, 0xfb, 0x1c, 0x1a, 0x0b]; // a number as an i31 reference
    const collected = Uint8Array.of(
      ...emptyCommand.subarray(0, emptyCommand.length - 5),
      ...[body.length + 2, 1, body.length, ...body],
    );
    expect(refusal(collected)).toMatch(
      /^wasm-unsupported: a\.wasm: function _start uses garbage-collected types \(at offset \d+\)/,
    );
  });

  test.each([
    ["wasi_unstable", "fd_write", "WASI snapshot 0"],
    ["wasi_snapshot_preview1", "sock_open_v3", "WasmEdge's socket extension"],
    ["wasi_snapshot_preview1", "fd_wriet", "no version of WASI preview 1"],
    ["env", "emscripten_notify_memory_growth", "Emscripten"],
    ["env", "my_function", "declared but not linked"],
    ["env", "memory", "a memory of its own"],
    ["wasi", "thread-spawn", "threads; build without them"],
    ["gojs", "runtime.ticks", "GOOS=wasip1"],
    ["wbg", "__wbg_log", "wasm-bindgen"],
    ["plugin", "call", "the host program"],
  ])("names the import %s.%s and who provides it", (module, name, provider) => {
    const said = refusal(moduleWith([[module, name]], command));
    expect(said).toContain(`wasm-unknown-import: a.wasm: imports the function ${module}.${name}`);
    expect(said).toContain(provider);
  });

  test("whatever the bytes, the answer is one line", () => {
    const flip = fastCheck.tuple(fastCheck.nat(emptyCommand.length - 1), fastCheck.nat(255));
    fastCheck.assert(
      fastCheck.property(fastCheck.array(flip, { maxLength: 4 }), (flips) => {
        const bytes = Uint8Array.from(emptyCommand);
        for (const [at, value] of flips) bytes[at] = value;
        expect(refusal(bytes)).not.toContain("\n");
      }),
    );
  });
});
