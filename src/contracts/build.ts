/** What a build needs of the compiler: the request for an image. */
import type { ImageDefaults } from "./image-defaults.ts";
import type { Platform } from "./machine-interface.ts";

/** Platforms whose images are machine code; a `node` image is the app's module itself. */
export type NativePlatform = Exclude<Platform, "node">;

/**
 * How an app finds out that it leaves its memory: by a fault behind it, for which 8 GiB of addresses
 * stay free (`reserved`), or by a comparison before each access (`checked`). Where there is one piece of
 * memory and nobody tells of faults (`given`), the app lies where the layout puts it, and functions compare
 * the stack pointer, too.
 */
export type MemoryMode = "reserved" | "checked" | "given";

/**
 * What code may ask of the processor: the levels of the x86-64 psABI (section 3.1.1), without the wide
 * vectors of v3 and v4.
 */
export const cpuLevels = ["v2", "v3", "v4"] as const;

/** The name of a level. */
export type CpuLevel = (typeof cpuLevels)[number];

/** Whether an app's code is made to be fast, or made fast. */
export type CompileLevel = "optimising" | "fast";

/** How machine code is made. */
export interface CodeOptions {
  readonly cpu: CpuLevel;
  readonly memory: MemoryMode;
  readonly level: CompileLevel;
  /** Whether each step proves its result, which takes several times as long; for tests. */
  readonly isVerified: boolean;
}

/** What code is made like unless something else is asked for. */
export const defaultCodeOptions: CodeOptions = {
  cpu: "v2",
  memory: "reserved",
  level: "optimising",
  isVerified: false,
};

/** Compiled objects of large modules and of the kernel by key, kept between builds. */
export interface ObjectCache {
  /** The object stored under a key, or undefined. */
  read(key: string): Uint8Array | undefined;
  write(key: string, object: Uint8Array): void;
}

/** Threads that compile large modules. */
export interface CompileThreads {
  /** How many at most, the asking one included. */
  readonly count: number;
  /** The program that each of the others runs: compiler/driver/compile-worker.ts, bundled. */
  readonly program: string;
}

/** One app and one kernel, both WebAssembly modules, to be linked into an image. */
export interface BuildRequest {
  readonly platform: NativePlatform;
  readonly kernel: Uint8Array;
  readonly app: Uint8Array;
  /** The image's name in messages; the app's file name by default. */
  readonly name?: string;
  /** Upper bound of the app's memory in 64 KiB pages, below what the module declares. */
  readonly maximumPages?: number;
  /** The image's own arguments and environment; none by default. */
  readonly defaults?: ImageDefaults;
  /** The files that the image carries (embedded-tree.ts); none by default. */
  readonly embeddedTree?: Uint8Array;
  /** Whether the image is for machines of any kind, rather than for one of our monitors. */
  readonly bootsFromDisk?: boolean;
  /**
   * `linux`: whether sockets are the kernel's own, over a tap, rather than the host's. `solo5`: whether
   * the image of an app that can have sockets asks its tender for a tap, and starts with one only.
   */
  readonly hasTap?: boolean;
  /** `solo5`: how many disks the image asks its tender for, and starts with only; none by default. */
  readonly diskCount?: number;
  /** Whether the image carries what debuggers want to know; not by default. */
  readonly hasDebugInfo?: boolean;
  /** The kernel's source map (ECMA-426), for debug information. */
  readonly kernelSourceMap?: Uint8Array;
  /** Told, in one line each, what is wrong with the app but does not keep it from running. */
  readonly onWarning?: (line: string) => void;
  /** How the code is made; `defaultCodeOptions` by default. */
  readonly code?: CodeOptions;
  /** Where compiled objects are kept; everything is compiled anew without it. */
  readonly objects?: ObjectCache;
  /** Threads to compile with; only the asking one by default. */
  readonly threads?: CompileThreads;
}
