import { setFlagsFromString } from "node:v8";

// What Node 20 has of version 3.0 without saying so.
setFlagsFromString("--experimental-wasm-relaxed-simd");

/** What V8 says of a module: undefined when it is valid, else its message. */
export function refusalByV8(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    return new WebAssembly.Module(bytes) instanceof WebAssembly.Module ? undefined : "no module";
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return error.message;
  }
}
