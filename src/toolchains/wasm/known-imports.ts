/** What other hosts provide, for messages about imports that Tsuki does not have. */

/** Import modules that tell what a program was built for. */
const providers: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/^wasi_unstable$/, "WASI snapshot 0; rebuild for wasm32-wasip1"],
  [/^wasi$/, "WASI's proposal for threads; build without them (wasm32-wasip1)"],
  [/^wasi:/, "WASI 0.2 components; build a preview 1 command (wasm32-wasip1) instead"],
  [
    /^wasi_ephemeral_|^wasi_snapshot_preview2$/,
    "an unreleased WASI draft; rebuild for wasm32-wasip1",
  ],
  [/^wasix_/, "WASIX (Wasmer); rebuild for wasm32-wasip1"],
  [/^(?:go|gojs)$/, "Go's JavaScript host; build with GOOS=wasip1"],
  [
    /^(?:wbg|__wbindgen_placeholder__|\.\/.*_bg\.js)$/,
    "wasm-bindgen's JavaScript; build for wasm32-wasip1",
  ],
  [/^a$/, "Emscripten's JavaScript (minified); build with a WASI SDK"],
];

const emscriptenNames = /^(?:emscripten_|_?_?syscall|invoke_|_emval|__cxa_|_embind)/;

/** Who provides an import that Tsuki does not, as far as its name tells. */
export function providerOf(module: string, name: string): string {
  const known = providers.find(([pattern]) => pattern.test(module))?.[1];
  if (known !== undefined) return known;
  if (module === "wasi_snapshot_preview1" && name.startsWith("sock_")) {
    return "a part of WasmEdge's socket extension that Tsuki lacks";
  }
  if (module === "wasi_snapshot_preview1") return "no version of WASI preview 1";
  if (module === "env" && emscriptenNames.test(name)) {
    return "Emscripten's JavaScript; build with a WASI SDK";
  }
  if (module === "env" && name === "memory") {
    return "a JavaScript host; build a WASI command, which has a memory of its own";
  }
  if (module === "env") {
    return "nothing Tsuki knows; often a function that was declared but not linked";
  }
  return "the host program it was written for";
}
