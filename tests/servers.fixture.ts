/** Apps that serve, built once for each platform, and what they say while they run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Platform } from "../src/contracts/machine-interface.ts";
import { build } from "../src/engine/build.ts";
import type { Instance, Monitor } from "../src/monitors/interface.ts";

/** Images of programs, by source and platform. */
export class AppImages {
  readonly #cache = mkdtempSync(join(tmpdir(), "tsuki-test-"));
  readonly #built = new Map<string, Promise<string>>();

  /** The path of an image. */
  async path(source: string, platform: Platform): Promise<string> {
    const key = `${platform} ${source}`;
    const made = this.#built.get(key) ?? this.#make(source, platform);
    this.#built.set(key, made);
    return await made;
  }

  async #make(source: string, platform: Platform): Promise<string> {
    const { path } = await build({
      sources: [source],
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: join(import.meta.dirname, ".."),
      environment: { ...process.env, XDG_CACHE_HOME: this.#cache },
      platform,
    });
    return path;
  }

  /** Removes everything that was built. */
  remove(): void {
    rmSync(this.#cache, { recursive: true });
  }
}

/** A running app. */
export interface Server {
  readonly instance: Instance;
  readonly stdin: PassThrough;
  /** Resolves once standard output contains the words; rejects when it ends without them. */
  said(words: string): Promise<void>;
  /** The port that the app says it listens on. */
  port(): Promise<number>;
  /** Everything, once it has ended. */
  ended(): Promise<{ status: number; output: string; errors: string }>;
}

/** Starts an app with an open standard input. */
export async function startServer(
  monitor: Monitor,
  images: AppImages,
  source: string,
  run: { readonly arguments: readonly string[]; readonly environment?: readonly string[] },
): Promise<Server> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let output = "";
  let errors = "";
  stderr.on("data", (bytes: Buffer) => {
    errors += bytes.toString("utf8");
  });
  stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString("utf8");
    stdout.emit("said");
  });
  const instance = await monitor.launch({
    imagePath: await images.path(source, monitor.platform),
    arguments: ["app", ...run.arguments],
    environment: run.environment ?? [],
    streams: { stdin, stdout, stderr },
    memoryMebibytes: undefined,
  });
  const status = instance.wait();
  const matched = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const hasEnded = status.then(() => true);
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      const next = new Promise<false>((settle) => stdout.once("said", () => settle(false)));
      if ((await Promise.race([next, hasEnded])) && !pattern.test(output)) {
        throw new Error(`the app ended without saying ${pattern}: ${output}${errors}`);
      }
    }
  };
  return {
    instance,
    stdin,
    said: async (words) => void (await matched(new RegExp(words))),
    port: async () => Number((await matched(/listening on port (\d+)\n/))[1]),
    ended: async () => ({ status: await status, output, errors }),
  };
}
