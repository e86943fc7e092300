/**
 * The guest ABI: which imports an app may have, and which export of the kernel meets each.
 *
 * WASI's functions are exported by the kernel under their own names (wasi-preview1.ts);
 * AssemblyScript's three imports likewise; WasmEdge's sockets stand in wasmedge-sockets.ts,
 * HTTP in http-functions.ts. Anything else is unknown.
 */
import { httpFunctions, httpModule } from "./http-functions.ts";
import { type FunctionSignature, wasiFunctions, wasiModule } from "./wasi-preview1.ts";
import { wasmEdgeFunctions } from "./wasmedge-sockets.ts";

/** What meets one import of an app: the kernel's export and the signature both must have. */
export interface GuestImport extends FunctionSignature {
  readonly kernelExport: string;
}

const wasiImports: Readonly<Record<string, GuestImport>> = {
  ...Object.fromEntries(
    Object.entries(wasiFunctions).map(([name, signature]): [string, GuestImport] => [
      name,
      { ...signature, kernelExport: name },
    ]),
  ),
  ...wasmEdgeFunctions,
};

/** What asc's generated code imports from `env` (std/assembly/builtins.ts: abort, trace, seed). */
const assemblyScriptImports: Readonly<Record<string, GuestImport>> = {
  // abort(message, fileName, line, column): strings are UTF-16, byte length at pointer - 4.
  abort: { kernelExport: "abort", parameters: ["i32", "i32", "i32", "i32"], results: [] },
  // trace(message, count of the numbers that follow, five numbers)
  trace: {
    kernelExport: "trace",
    parameters: ["i32", "i32", "f64", "f64", "f64", "f64", "f64"],
    results: [],
  },
  seed: { kernelExport: "seed", parameters: [], results: ["f64"] },
};

/** What an app may import: module, then name. */
export const guestImports: Readonly<Record<string, Readonly<Record<string, GuestImport>>>> = {
  [wasiModule]: wasiImports,
  [httpModule]: httpFunctions,
  env: assemblyScriptImports,
};

/** Whether an app that imports this function can have sockets. */
export function opensSockets(name: string): boolean {
  return name.startsWith("sock_") || name.startsWith("http_");
}

/** Whether an app that imports this function of WASI can open files. */
export function opensFiles(name: string): boolean {
  return name.startsWith("path_");
}

/**
 * Whether the kernel of an app that imports this function has a use for virtio devices: for input,
 * for a network, or for disks.
 */
export function findsDevices(name: string): boolean {
  const isInput = name === "fd_read" || name === "poll_oneoff";
  return isInput || name === "path_open" || opensSockets(name);
}

/** Whether an app that imports this function can look up addresses by name. */
export function resolvesNames(name: string): boolean {
  return name === "sock_getaddrinfo";
}

/** Whether the kernel ends the work of an app in order that imports this function. */
export function catchesStop(name: string): boolean {
  return name.startsWith("http_");
}

/** Whether an app that imports this function of WASI can wait: for input, a time, another. */
export function canWait(name: string): boolean {
  return ["fd_read", "fd_pread", "poll_oneoff", "sched_yield"].includes(name) || opensSockets(name);
}

const three: GuestImport["parameters"] = ["i32", "i32", "i32"];
const two: GuestImport["parameters"] = ["i32", "i32"];

/** What the JavaScript engine's module imports from `env` (quickjs-wasi 3.6.2). */
const engineImports: Readonly<Record<string, GuestImport>> = {
  host_call: {
    kernelExport: "engine_host_call",
    parameters: ["i32", "i32", "i32", "i32", "i32"],
    results: ["i32"],
  },
  host_interrupt: { kernelExport: "engine_host_interrupt", parameters: [], results: ["i32"] },
  host_promise_rejection: {
    kernelExport: "engine_host_promise_rejection",
    parameters: three,
    results: [],
  },
  host_module_normalize: {
    kernelExport: "engine_host_module_normalize",
    parameters: two,
    results: ["i32"],
  },
  host_module_load: {
    kernelExport: "engine_host_module_load",
    parameters: two,
    results: ["i32"],
  },
  host_get_timezone_offset: {
    kernelExport: "engine_host_get_timezone_offset",
    parameters: two,
    results: ["i32"],
  },
};

/** What an app that is the JavaScript engine may import: module, then name. */
export const engineGuestImports: typeof guestImports = {
  [wasiModule]: wasiImports,
  env: engineImports,
};
