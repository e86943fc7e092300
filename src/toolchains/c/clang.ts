/** Runs clang and lld, which are WebAssembly themselves, on files in memory. */
import { setFlagsFromString } from "node:v8";
import type { FileTree } from "./file-tree.ts";

/** What one run of clang gave. */
export interface ClangResult {
  /** The file asked for, or undefined when clang failed. */
  readonly output: Uint8Array | undefined;
  /** clang's messages. */
  readonly messages: string;
}

type Command = (
  parameters: readonly string[] | null,
  files: FileTree,
  options: {
    stdout: (bytes: Uint8Array | null) => void;
    stderr: (bytes: Uint8Array | null) => void;
    fetchProgress: () => void;
    decodeASCII: boolean;
  },
) => Promise<FileTree>;

interface ClangModule {
  readonly commands: Readonly<Record<"clang" | "clang++", Command>>;
}

/**
 * clang is 75 MB of WebAssembly that runs for about a second: V8's optimising tier costs more than
 * it gives (hello in C++: 9.0 s with it, 3.9 s without), so clang runs in the baseline tier.
 */
const baselineFlags = ["--liftoff-only", "--wasm-lazy-compilation"];

/** Runs `clang` or `clang++`; `outputName` is the file wanted from its file system. */
export async function runClang(
  entryUrl: string,
  language: "clang" | "clang++",
  parameters: readonly string[],
  files: FileTree,
  outputName: string,
): Promise<ClangResult> {
  for (const flag of baselineFlags) setFlagsFromString(flag);
  const chunks: Uint8Array[] = [];
  const collect = (bytes: Uint8Array | null) => {
    if (bytes !== null) chunks.push(Uint8Array.from(bytes));
  };
  const streams = {
    stdout: collect,
    stderr: collect,
    fetchProgress: () => {},
    decodeASCII: false,
  };
  const messages = () => Buffer.concat(chunks).toString("utf8");
  try {
    const clang = (await import(entryUrl)) as ClangModule;
    // Without this first call the package reports the progress of loading itself on stdout.
    await clang.commands.clang(null, {}, streams);
    const command = clang.commands[language];
    const tree = await command([...parameters, "-o", outputName], files, streams);
    const output = tree[outputName];
    return { output: output instanceof Uint8Array ? output : undefined, messages: messages() };
  } catch (error) {
    // clang's own exit is an error with a numeric code; anything else is a crash.
    if (error instanceof Error && "code" in error && typeof error.code === "number") {
      return { output: undefined, messages: messages() };
    }
    throw error;
  } finally {
    for (const flag of baselineFlags) setFlagsFromString(flag.replace("--", "--no-"));
  }
}
