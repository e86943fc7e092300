/** Ready WebAssembly modules: nothing to compile, everything to check. */
import { relative } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import type { App, AppRequest, Toolchain } from "../toolchain.ts";
import { checkCommand } from "./check-command.ts";

/** Takes one WASI preview 1 command as it is. */
export const wasmToolchain: Toolchain = { name: "wasm", toApp };

async function toApp(request: AppRequest): Promise<App> {
  const [source, second] = request.sources;
  if (source === undefined || second !== undefined) {
    throw new TsukiError("usage", "a .wasm app is one file; link several modules beforehand");
  }
  const app = request.files.read(source);
  const name = relative(request.workingDirectory, source);
  if (app === undefined) throw new TsukiError("source-unreadable", `${name}: cannot be read`);
  checkCommand(app, name);
  return { app, warnings: "" };
}
