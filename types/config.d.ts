/**
 * What `tsuki.config.ts` says: `import { defineUnikernel } from "tsuki/config"`, and
 * `export default defineUnikernel({ app: "server.ts" })`. Flags of the command line override it.
 */

/** One program, how it is built, and how its instances run. All but `app` may be left out. */
export interface UnikernelConfig {
  /** The program's source, or several of C or AssemblyScript, or a folder to serve; from this file's folder. */
  readonly app: string | readonly string[];
  /** What instances in the background and images are called. */
  readonly name?: string;
  /** The app's arguments. */
  readonly args?: readonly string[];
  /** The app's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The machine's memory, such as `64M`. */
  readonly memory?: string;
  /** Ports: `8080:80`, `127.0.0.1:8080:80`, `53:53/udp`. */
  readonly ports?: readonly string[];
  /** Sockets that are open before the app starts: `8080`, `53/udp`. */
  readonly listen?: readonly string[];
  /**
   * `host`, `user`, `none`, a tap device, or a network of `tsuki network create`; or several of the last
   * two, a network card each.
   */
  readonly network?: string | readonly string[];
  /** Files and folders to build in: `public:/srv`. */
  readonly files?: readonly string[];
  /** What of the host the app sees: folders, as `data:/data:ro`, and volumes. */
  readonly volumes?: readonly (string | VolumeConfig)[];
  /** What stored images are built for, besides `node`. */
  readonly platforms?: readonly ("linux" | "pc" | "solo5")[];
  /** What runs it; the safest there is otherwise. */
  readonly monitor?: "process" | "qemu" | "node" | "solo5";
  /** What QEMU plays. */
  readonly machine?: "microvm" | "q35";
  /** `no`, `on-failure`, `on-failure:3`, `always` or `unless-stopped`. */
  readonly restart?: string;
  /** Seconds for which a stop waits before it ends an instance. */
  readonly stopTimeout?: number;
  /** How instances in the background are asked whether they are well. */
  readonly health?: {
    /** A port of the app's, and what to ask it for: `8080/health`. */
    readonly http: string;
    /** How long to wait between two checks: `30s`. */
    readonly interval?: string;
    /** How long to wait for the answer: `30s`. */
    readonly timeout?: string;
    /** How many failures make it unhealthy: 3. */
    readonly retries?: number;
    /** How long failures do not count at first: `0s`. */
    readonly startPeriod?: string;
  };
  /** Labels of images and instances. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Folders to search for `#include` files. */
  readonly include?: readonly string[];
  /** Macros of C and C++ that are defined from the start; `""` defines an empty one. */
  readonly define?: Readonly<Record<string, string>>;
  /** The toolchain; chosen by the source's name otherwise. */
  readonly toolchain?: "javascript" | "c" | "assemblyscript" | "wasm";
  /** How machine code is made. */
  readonly compiler?: {
    /** Whether code is made to be fast (`optimising`, the default), or made fast. */
    readonly level?: "optimising" | "fast";
    /** What the image may ask of the processor: `v2` (the default) or `v3` of x86-64. */
    readonly cpu?: "v2" | "v3";
    /** Whether accesses of memory are compared with its size. */
    readonly memoryChecks?: boolean;
  };
}

/** A volume by its name, or a file that is a disk. */
export interface VolumeConfig {
  /** What it is: a volume of either kind, or one that must be a disk. */
  readonly kind: "volume" | "disk";
  /** A volume's name; of a disk also its file: `./disk.img`. */
  readonly source: string;
  /** Where the app finds it: `/data.img`. */
  readonly target: string;
  /** Whether the app only reads it. */
  readonly readOnly?: boolean;
}

/** The same object, checked by the compiler. */
export declare function defineUnikernel(config: UnikernelConfig): UnikernelConfig;
