/** Checks that a module can be an app: well-formed, a WASI command, and of known imports. */
import { TsukiError } from "../../contracts/errors.ts";
import { guestImports } from "../../contracts/guest-abi.ts";
import { providerOf } from "./known-imports.ts";
import { type ModuleImport, type ModuleOutline, outlineModule } from "./module-outline.ts";

const magic = [0x00, 0x61, 0x73, 0x6d];
const coreVersion = [0x01, 0x00, 0x00, 0x00];
const componentVersion = [0x0d, 0x00, 0x01, 0x00];

/** Throws a TsukiError naming the first thing that keeps `bytes` from being an app. */
export function checkCommand(bytes: Uint8Array, name: string): void {
  checkHeader(bytes, name);
  const outline = validate(bytes, name);
  checkImports(outline.imports, name);
  const exported = new Map(outline.exports.map((entry) => [entry.name, entry.kind]));
  if (exported.get("_start") !== "function") {
    throw new TsukiError("wasm-not-a-command", `${name}: ${whyNoStart(exported)}`);
  }
  if (exported.get("memory") !== "memory" && outline.imports.length > 0) {
    throw new TsukiError(
      "wasm-not-a-command",
      `${name}: exports no memory, through which a WASI command speaks to its host`,
    );
  }
}

function checkHeader(bytes: Uint8Array, name: string): void {
  const startsWith = (expected: readonly number[], at: number) =>
    expected.every((byte, index) => bytes[at + index] === byte);
  if (!startsWith(magic, 0)) {
    const why = bytes.length === 0 ? "the file is empty" : "it does not begin with \\0asm";
    throw new TsukiError("wasm-not-a-module", `${name}: not a WebAssembly module: ${why}`);
  }
  if (startsWith(componentVersion, 4)) {
    throw new TsukiError(
      "wasm-not-a-module",
      `${name}: a WebAssembly component; Tsuki takes core modules (wasm32-wasip1) for now`,
    );
  }
  if (!startsWith(coreVersion, 4)) {
    const why = bytes.length < 8 ? "truncated in its header" : "of an unknown version";
    throw new TsukiError("wasm-not-a-module", `${name}: a WebAssembly module ${why}`);
  }
}

function validate(bytes: Uint8Array, name: string): ModuleOutline {
  try {
    return outlineModule(bytes);
  } catch (error) {
    if (!(error instanceof TsukiError)) throw error;
    const what = error.code === "wasm-invalid" ? "not a valid module: " : "";
    throw new TsukiError(error.code, `${name}: ${what}${error.message}`, { cause: error });
  }
}

function checkImports(imports: readonly ModuleImport[], name: string): void {
  for (const { module: from, name: what, kind } of imports) {
    if (kind === "function" && guestImports[from]?.[what] !== undefined) continue;
    throw new TsukiError(
      "wasm-unknown-import",
      `${name}: imports the ${kind} ${from}.${what}, which is provided by ${providerOf(from, what)}`,
    );
  }
}

function whyNoStart(exported: ReadonlyMap<string, string>): string {
  if (exported.has("_initialize")) {
    return "a WASI reactor (it exports _initialize); Tsuki runs commands, which export _start";
  }
  if (exported.has("main")) return "exports main but no _start; link it as a WASI command";
  return "not a WASI command: it exports no function _start";
}
