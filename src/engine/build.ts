/** The verb `build`: sources to an image, cached by the content of everything that goes in. */
import { availableParallelism } from "node:os";
import type { BuildRequest, CodeOptions, NativePlatform, ObjectCache } from "../contracts/build.ts";
import type { ImageDefaults } from "../contracts/image-defaults.ts";
import type { Platform } from "../contracts/machine-interface.ts";
import { digestOf } from "../toolchains/source-files.ts";
import type { OnCompiling } from "./app-store.ts";
import { Cache, cacheFolder } from "./cache.ts";
import { makeImage, preloadCompiler } from "./compiler.ts";
import {
  buildIdentity,
  builtFile,
  readKernel,
  readKernelSourceMap,
  readShippedObject,
} from "./package-files.ts";
import { makeProgram, moduleOf, type Program, type ProgramSources } from "./program.ts";

/** What an image is for, and what is built into it besides the program. */
export interface ImageOptions {
  readonly platform: Platform;
  readonly environment: NodeJS.ProcessEnv;
  /** Upper bound of the app's memory in 64 KiB pages, built into the image. */
  readonly maximumPages?: number | undefined;
  /** How machine code is made; `defaultCodeOptions` when undefined. */
  readonly code?: CodeOptions | undefined;
  /** Whether the image is for machines of any kind (contracts/build.ts). */
  readonly bootsFromDisk?: boolean | undefined;
  /** Whether an image for `linux` or `solo5` is one for a tap (contracts/build.ts). */
  readonly hasTap?: boolean | undefined;
  /** How many disks an image for `solo5` asks for (contracts/build.ts). */
  readonly diskCount?: number | undefined;
  /** Whether the image carries what debuggers want to know; not by default. */
  readonly hasDebugInfo?: boolean | undefined;
  /** Arguments and variables to build into the image. */
  readonly defaults?: ImageDefaults | undefined;
  /** How many threads compile at most; as many as the host has processors by default. */
  readonly jobs?: number | undefined;
  readonly onCompiling?: OnCompiling | undefined;
}

/** Sources, and what the image is for. */
export type BuildOptions = ProgramSources & ImageOptions;

/** An image and how it came about. */
export interface BuiltImage {
  readonly platform: Platform;
  /** A file in the cache with the image's bytes; executable where the platform is `linux`. */
  readonly path: string;
  readonly image: Uint8Array;
  /** Bytes of the app's module. */
  readonly appBytes: number;
  /** The toolchain's own lines, ready to print. */
  readonly warnings: string;
  /** Whether nothing had to be compiled. */
  readonly isCached: boolean;
}

/** Makes an image, or finds the one made before from the same input. Throws a TsukiError. */
export async function build(options: BuildOptions): Promise<BuiltImage> {
  const program = await makeProgram(options, (toolchain) => {
    if (options.platform !== "node") preloadCompiler(toolchain);
  });
  return await buildProgram(program, options);
}

/** As `build`, of a program that is there already. */
export async function buildProgram(program: Program, options: ImageOptions): Promise<BuiltImage> {
  const cache = new Cache(cacheFolder(options.environment));
  const { app, tree, digest, isCached } = program;
  const { platform, code, maximumPages, defaults, bootsFromDisk, hasDebugInfo } = options;
  const hasTap = isForTap(options);
  const made = { platform, appBytes: app.length, warnings: program.warnings };
  if (platform === "node") return { ...made, ...keptModule(cache, program), isCached };
  const identity = buildIdentity();
  const kernel = readKernel();
  const key = digestOf(
    JSON.stringify([
      identity,
      platform,
      code,
      maximumPages,
      defaults,
      bootsFromDisk,
      hasDebugInfo,
      hasTap,
      diskCountOf(options),
      tree === undefined ? undefined : digestOf(tree),
      digest,
      digestOf(kernel),
    ]),
  );
  const found = cache.find("images", key);
  const kept = found === undefined ? undefined : cache.read("images", key);
  if (found !== undefined && kept !== undefined) {
    return { ...made, path: found, image: kept, isCached };
  }
  const warnings: string[] = [];
  const request = imageRequest(program, { ...options, platform }, (line) => warnings.push(line));
  const done = options.onCompiling?.("machine code");
  const image = await makeImage(request, keptFrames(cache, identity)).finally(done);
  const path = cache.write("images", key, image, platform === "linux" ? 0o700 : 0o600);
  const text = warnings.map((line) => `tsuki: ${line}\n`).join("");
  return { ...made, warnings: made.warnings + text, path, image, isCached: false };
}

/** What the image's maker is told of a program. */
export function imageRequest(
  program: Program,
  options: ImageOptions & { readonly platform: NativePlatform },
  onWarning: (line: string) => void,
): BuildRequest {
  const { platform, code, maximumPages, defaults, bootsFromDisk, hasDebugInfo } = options;
  const { app, source, tree } = program;
  return {
    platform,
    kernel: readKernel(),
    app,
    name: source,
    objects: keptObjects(new Cache(cacheFolder(options.environment)), buildIdentity()),
    threads: {
      count: options.jobs ?? availableParallelism(),
      program: builtFile("compile-worker.js"),
    },
    ...(code === undefined ? {} : { code }),
    ...(maximumPages === undefined ? {} : { maximumPages }),
    ...(defaults === undefined ? {} : { defaults }),
    ...(bootsFromDisk === undefined ? {} : { bootsFromDisk }),
    ...(hasDebugInfo === true ? debugRequest(onWarning) : {}),
    hasTap: isForTap(options),
    diskCount: diskCountOf(options),
    ...(tree === undefined ? {} : { embeddedTree: tree }),
  };
}

/** Virtual machines have their network devices whatever the image was made for. */
function isForTap({ platform, hasTap }: ImageOptions): boolean {
  return platform !== "pc" && hasTap === true;
}

function diskCountOf({ platform, diskCount = 0 }: ImageOptions): number {
  return platform === "solo5" ? diskCount : 0;
}

/** What the compiler is told for an image with debug information. */
function debugRequest(
  onWarning: (line: string) => void,
): Pick<BuildRequest, "hasDebugInfo" | "kernelSourceMap" | "onWarning"> {
  const kernelSourceMap = readKernelSourceMap();
  return {
    hasDebugInfo: true,
    onWarning,
    ...(kernelSourceMap === undefined ? {} : { kernelSourceMap }),
  };
}

/** An image for `node`: the program's module. */
function keptModule(cache: Cache, program: Program): Pick<BuiltImage, "path" | "image"> {
  const image = moduleOf(program);
  const digest = image === program.app ? program.digest : digestOf(image);
  const path = cache.find("apps", digest) ?? cache.write("apps", digest, image, 0o600);
  return { path, image };
}

/** Compiled objects: those made here by this build of Tsuki, and the package's own. */
function keptObjects(cache: Cache, identity: string): ObjectCache {
  const nameOf = (key: string): string => digestOf(`${identity} ${key}`);
  return {
    read: (key) => cache.read("objects", nameOf(key)) ?? readShippedObject(key),
    write: (key, object) => {
      cache.write("objects", nameOf(key), object, 0o600);
    },
  };
}

/** Images without their app's memory (image/relink.ts), flushed to disk as images are. */
function keptFrames(cache: Cache, identity: string): ObjectCache {
  const nameOf = (key: string): string => digestOf(`${identity} frame ${key}`);
  return {
    read: (key) => cache.read("images", nameOf(key)),
    write: (key, frame) => {
      cache.write("images", nameOf(key), frame, 0o600);
    },
  };
}
