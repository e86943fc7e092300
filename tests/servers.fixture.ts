/** Apps that serve, built once for each platform, and what they say while they run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Platform } from "../src/contracts/machine-interface.ts";
import { build } from "../src/engine/build.ts";
import { networksAndEnvironment } from "../src/engine/machine-network.ts";
import type { Instance, Monitor } from "../src/monitors/interface.ts";
import { freePort } from "./free-port.fixture.ts";

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
  /** The host's port that leads to a machine's first one. */
  readonly hostPort: number | undefined;
  /** Resolves once standard output contains the words; rejects when it ends without them. */
  said(words: string): Promise<void>;
  /** The port that the app says it listens on. */
  port(): Promise<number>;
  /** Everything, once it has ended. */
  ended(): Promise<{ status: number; output: string; errors: string }>;
}

/** The port that a virtual machine gives to the first listener that wants any. */
export const firstGuestPort = 49_152;

/** Where the host's loopback addresses are, as an app sees it. */
export function hostSeenBy(monitor: Monitor): string {
  return monitor.name === "qemu" ? "10.0.2.2" : "127.0.0.1";
}

/**
 * Starts an app with an open standard input. A machine's first port is published at one of the host's,
 * for both protocols, and that is the one that `port` gives.
 */
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
  const hostPort = monitor.name === "qemu" ? await freePort() : undefined;
  const given = run.environment ?? [];
  const publish = [
    `127.0.0.1:${hostPort}:${firstGuestPort}`,
    `127.0.0.1:${hostPort}:${firstGuestPort}/udp`,
  ];
  const environment =
    hostPort === undefined ? given : [...given, `TSUKI_PUBLISH=${publish.join(",")}`];
  const instance = await monitor.launch({
    imagePath: await images.path(source, monitor.platform),
    arguments: ["app", ...run.arguments],
    ...networksAndEnvironment(monitor, environment),
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
    hostPort,
    said: async (words) => void (await matched(new RegExp(words))),
    port: async () => {
      const port = Number((await matched(/listening on port (\d+)\n/))[1]);
      return hostPort ?? port;
    },
    ended: async () => ({ status: await status, output, errors }),
  };
}
