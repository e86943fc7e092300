/** What an app may import and what other hosts provide, for messages about imports. */

/** Functions of WASI preview 1, all of which the kernel has (some answer ENOSYS or ENOTSUP). */
export const wasiFunctions: ReadonlySet<string> = new Set(
  `args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get
  fd_advise fd_allocate fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags
  fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size fd_filestat_set_times fd_pread
  fd_prestat_get fd_prestat_dir_name fd_pwrite fd_read fd_readdir fd_renumber fd_seek fd_sync
  fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link
  path_open path_readlink path_remove_directory path_rename path_symlink path_unlink_file
  poll_oneoff proc_exit proc_raise sched_yield random_get sock_accept sock_recv sock_send
  sock_shutdown`.split(/\s+/),
);

/** Imports that AssemblyScript's compiler adds by itself. */
export const assemblyScriptImports: ReadonlySet<string> = new Set(["abort", "trace", "seed"]);

/** Import modules that tell what a program was built for. */
const providers: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/^wasi_unstable$/, "WASI snapshot 0; rebuild for wasm32-wasip1"],
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
    return "WasmEdge's socket extension, which comes with networking";
  }
  if (module === "wasi_snapshot_preview1") return "no version of WASI preview 1";
  if (module === "env" && emscriptenNames.test(name)) {
    return "Emscripten's JavaScript; build with a WASI SDK";
  }
  if (module === "env") {
    return "nothing Tsuki knows; often a function that was declared but not linked";
  }
  return "the host program it was written for";
}
