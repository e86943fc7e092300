/** What every toolchain is: sources in, one WebAssembly module out. */
import type { SourceFiles } from "./source-files.ts";

/** The names by which a user may choose a toolchain. */
export const toolchainNames = ["javascript", "c", "assemblyscript", "wasm"] as const;

/** The name of one toolchain. */
export type ToolchainName = (typeof toolchainNames)[number];

/** How a JavaScript program may be evaluated while its image is built. */
export const preinitializations = ["auto", "strict", "off"] as const;

/**
 * `auto`: as far as the program lets; `strict`: wholly, or it is refused; `off`: not at all.
 */
export type Preinitialization = (typeof preinitializations)[number];

/** One program to be made into an app. */
export interface AppRequest {
  /** Absolute paths, the first of which names the program. */
  readonly sources: readonly string[];
  /** Absolute paths of further folders to search for `#include`d files. */
  readonly includeDirectories: readonly string[];
  /** Macros of C and C++ that are defined from the start, each `NAME` or `NAME=value`. */
  readonly definitions?: readonly string[];
  /** The folder to which paths in messages are relative. */
  readonly workingDirectory: string;
  /** `auto` by default. */
  readonly preinitialization?: Preinitialization | undefined;
  /** Whether the app is to tell where its code comes from; not by default. */
  readonly hasDebugInfo?: boolean;
  /** Whether the app, optimised as ever, is to tell the lines that its code comes from. */
  readonly hasLines?: boolean;
  /** The only way to the file system. */
  readonly files: SourceFiles;
  /** Finds the npm package that holds a compiler; throws `toolchain-missing`. */
  readonly findPackage: (request: PackageRequest) => FoundPackage;
}

/** An app and what its compiler had to say about it. */
export interface App {
  readonly app: Uint8Array;
  /** The compiler's own lines, ready to print; empty when it was content. */
  readonly warnings: string;
}

/** Turns one source language into apps. */
export interface Toolchain {
  readonly name: ToolchainName;
  /** Throws a TsukiError when the sources are refused. */
  toApp(request: AppRequest): Promise<App>;
}

/** An npm package that a toolchain needs but Tsuki does not depend on. */
export interface PackageRequest {
  readonly name: string;
  /** The version to install when there is none. */
  readonly version: string;
  /** What it is, in a word, for messages. */
  readonly purpose: string;
  /** The module to import, relative to the package's folder. */
  readonly entry: string;
}

/** Where a package was found. */
export interface FoundPackage {
  /** A file URL for `import()`. */
  readonly entryUrl: string;
  /** The path of its package.json. */
  readonly manifestPath: string;
}
