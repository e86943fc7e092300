/** Runs a WASI command in V8: `tsx v8-peer.ts app.wasm`. */
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const wasi = new WASI({ version: "preview1", args: ["app"] });
const module = new WebAssembly.Module(readFileSync(process.argv[2] ?? ""));
const imports = wasi.getImportObject() as WebAssembly.Imports;
wasi.start(new WebAssembly.Instance(module, imports));
