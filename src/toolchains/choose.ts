/** Which toolchain a source belongs to. */
import { basename } from "node:path";
import { TsukiError } from "../contracts/errors.ts";
import {
  type Preinitialization,
  preinitializations,
  type Toolchain,
  type ToolchainName,
  toolchainNames,
} from "./toolchain.ts";

/** File name endings and their toolchain; the longest ending wins. */
const endings: readonly (readonly [string, ToolchainName])[] = [
  [".as.ts", "assemblyscript"],
  [".wasm", "wasm"],
  [".c", "c"],
  [".cc", "c"],
  [".cpp", "c"],
  [".cxx", "c"],
  [".ts", "javascript"],
  [".mts", "javascript"],
  [".tsx", "javascript"],
  [".js", "javascript"],
  [".mjs", "javascript"],
  [".jsx", "javascript"],
  [".cjs", "javascript"],
];

/** What a user can give as a source, for messages. */
const supportedSources =
  ".ts/.js (TypeScript and JavaScript services; .mts, .tsx, .mjs, .jsx, .cjs too), " +
  ".c, .cc/.cpp/.cxx (C++), .as.ts (AssemblyScript), .wasm (any WASI preview 1 command)";

/** What to do about sources that people try but that need another step first. */
const advice: Readonly<Record<string, string>> = {
  ".rs": "compile it with `cargo build --release --target wasm32-wasip1` and give the .wasm",
  ".go": "compile it with `GOOS=wasip1 GOARCH=wasm go build` and give the .wasm",
  ".wat": "assemble it with `wat2wasm` and give the .wasm",
};

/** The toolchain's name for one source path, by the name's ending; throws when there is none. */
export function toolchainNameFor(source: string): ToolchainName {
  const name = basename(source);
  const found = endings.find(([ending]) => name.endsWith(ending))?.[1];
  if (found !== undefined) return found;
  const ending = /\.[^.]+$/.exec(name)?.[0] ?? "";
  throw new TsukiError(
    "source-kind",
    advice[ending] === undefined
      ? `${name}: not a kind of source that Tsuki knows; it takes ${supportedSources}`
      : `${name}: Tsuki takes no ${ending} files; ${advice[ending]}`,
  );
}

/** Reads a toolchain's name as the user typed it. */
export function parseToolchainName(text: string): ToolchainName {
  const name = toolchainNames.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  throw new TsukiError(
    "usage",
    `no toolchain named ${text}; there are ${toolchainNames.join(", ")}`,
  );
}

/** Reads how a program is to be pre-initialised, as the user typed it. */
export function parsePreinitialization(text: string): Preinitialization {
  const name = preinitializations.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  const known = preinitializations.join(", ");
  throw new TsukiError("usage", `no pre-initialisation named ${text}; there are ${known}`);
}

/** Loads one toolchain; its compiler is loaded only when it has something to compile. */
export async function loadToolchain(name: ToolchainName): Promise<Toolchain> {
  switch (name) {
    case "javascript":
      return (await import("./javascript/toolchain.ts")).javaScriptToolchain;
    case "c":
      return (await import("./c/toolchain.ts")).cToolchain;
    case "assemblyscript":
      return (await import("./assemblyscript/toolchain.ts")).assemblyScriptToolchain;
    case "wasm":
      return (await import("./wasm/toolchain.ts")).wasmToolchain;
  }
}
