/** What a build needs of the compiler: the driver's one entry and its request. */
import type { Platform } from "./machine-interface.ts";

/** Platforms whose images are machine code; a `node` image is the app's module itself. */
export type NativePlatform = Exclude<Platform, "node">;

/** One app and one kernel, both WebAssembly modules, to be linked into an image. */
export interface BuildRequest {
  readonly platform: NativePlatform;
  readonly kernel: Uint8Array;
  readonly app: Uint8Array;
  /** The image's name in messages; the app's file name by default. */
  readonly name?: string;
  /** Upper bound of the app's memory in 64 KiB pages, below what the module declares. */
  readonly maximumPages?: number;
}

/** Compiles and links: the bytes of an ELF image, or an error that carries a code. */
export type BuildProgram = (request: BuildRequest) => Promise<Uint8Array>;
