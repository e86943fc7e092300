/** The verb `run`: sources to a running instance. */
import { basename } from "node:path";
import type { Platform } from "../contracts/machine-interface.ts";
import type { Instance, InstanceStreams, Monitor, MonitorName } from "../monitors/interface.ts";
import type { MachineType } from "../monitors/qemu/command.ts";
import { findQemu } from "../monitors/qemu/find-qemu.ts";
import type { AppSources } from "./app-store.ts";
import { appOpensSockets, type BuiltImage, build } from "./build.ts";
import { Cache, cacheFolder } from "./cache.ts";
import { chooseMonitor, type MonitorChoice } from "./choose-monitor.ts";
import { findKvm } from "./host/kvm-memory.ts";
import { builtFile } from "./package-files.ts";

const pagesPerMebibyte = 16;

/** What to run, on what, and with what around it. */
export interface RunOptions extends AppSources {
  /** The monitor; chosen by what the host offers when undefined. */
  readonly monitor: MonitorName | undefined;
  readonly machine: MachineType;
  /** The app's arguments, without the program's name. */
  readonly arguments: readonly string[];
  /** The app's environment, each `NAME=value`. */
  readonly appEnvironment: readonly string[];
  readonly memoryMebibytes: number | undefined;
  readonly streams: InstanceStreams;
  /** Told in one line which monitor was chosen and why. */
  readonly onNotice: (line: string) => void;
  /** Told the toolchain's own lines, if it had any. */
  readonly onWarnings: (text: string) => void;
  /** Told right before the instance is launched. */
  readonly onLaunch?: () => void;
}

/** A running instance and what it was started from. */
export interface StartedInstance {
  readonly instance: Instance;
  readonly image: BuiltImage;
  readonly choice: MonitorChoice;
}

/** Builds if need be, chooses a monitor, launches. Throws a TsukiError. */
export async function run(options: RunOptions): Promise<StartedInstance> {
  const choice = await choose(options);
  const monitor = await openMonitor(choice, options);
  const { memoryMebibytes } = options;
  // A process has all the memory there is; its bound is the image's own.
  const isBound = choice.name === "process" && memoryMebibytes !== undefined;
  const maximumPages = isBound ? memoryMebibytes * pagesPerMebibyte : undefined;
  const image = await build({ ...options, platform: monitor.platform, maximumPages });
  if (image.warnings !== "") options.onWarnings(image.warnings);
  if (choice.notice !== "") options.onNotice(choice.notice);
  options.onLaunch?.();
  const instance = await monitor.launch({
    imagePath: image.path,
    arguments: [programName(options.sources[0] ?? "app"), ...options.arguments],
    environment: options.appEnvironment,
    streams: options.streams,
    memoryMebibytes,
  });
  return { instance, image, choice };
}

async function choose(options: RunOptions): Promise<MonitorChoice> {
  const { environment } = options;
  const qemu = findQemu(environment);
  return await chooseMonitor(options.monitor, {
    system: process.platform,
    architecture: process.arch,
    hasQemu: qemu !== undefined,
    sharesWithHost: sharedWithHost(options.appEnvironment),
    kvm: async () =>
      qemu === undefined
        ? { isUsable: false, reason: "is of no use without QEMU" }
        : await findKvm(new Cache(cacheFolder(environment)), qemu, false),
    opensSockets: async () => await appOpensSockets(options),
  });
}

/** What of the host the settings give to the app, in the words of a message; see `MonitorHost`. */
function sharedWithHost(appEnvironment: readonly string[]): string {
  const has = (name: string) => appEnvironment.some((entry) => entry.startsWith(`${name}=`));
  if (has("TSUKI_LISTEN") || has("TSUKI_PUBLISH")) return "network";
  return has("TSUKI_MOUNT") ? "folders of the host" : "";
}

async function openMonitor(choice: MonitorChoice, options: RunOptions): Promise<Monitor> {
  switch (choice.name) {
    case "process":
      return (await import("../monitors/process/monitor.ts")).processMonitor;
    case "qemu": {
      const { qemuMonitor } = await import("../monitors/qemu/monitor.ts");
      const { accelerator } = choice;
      return qemuMonitor({
        machine: options.machine,
        accelerator,
        environment: options.environment,
      });
    }
    case "node": {
      const { nodeMonitor } = await import("../monitors/node/monitor.ts");
      const programPath = builtFile("node-monitor.js");
      return nodeMonitor({ programPath, kernelPath: builtFile("kernel.wasm") });
    }
  }
}

/** The name that an app made from a source finds as its own. */
export function programName(source: string): string {
  return basename(source).replace(/(?:\.as)?\.[^.]+$/, "");
}

/** What an image for each platform is called by default. */
export function imageName(source: string, platform: Platform): string {
  const endings: Readonly<Record<Platform, string>> = { linux: "", pc: ".elf", node: ".node.wasm" };
  return programName(source) + endings[platform];
}
