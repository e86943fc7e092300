/** The verb `run`: sources to a running instance. */
import type { CodeOptions } from "../contracts/build.ts";
import { TsukiError } from "../contracts/errors.ts";
import type { Platform } from "../contracts/machine-interface.ts";
import type { Instance, InstanceStreams, Monitor, MonitorName } from "../monitors/interface.ts";
import type { MachineType } from "../monitors/qemu/command.ts";
import { findQemu } from "../monitors/qemu/find-qemu.ts";
import type { AppSources } from "./app-store.ts";
import { type BuiltImage, buildProgram } from "./build.ts";
import { Cache, cacheFolder } from "./cache.ts";
import { chooseMonitor, type MonitorChoice } from "./choose-monitor.ts";
import { preloadCompiler } from "./compiler.ts";
import { findKvm } from "./host/kvm-memory.ts";
import { disksAndEnvironment, disksOf } from "./machine-disks.ts";
import { checkCards, namesTap, namesUser, networksAndEnvironment } from "./machine-network.ts";
import { builtFile } from "./package-files.ts";
import { programName } from "./program.ts";
import { findSubject } from "./subject.ts";

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
  /** How machine code is made; `defaultCodeOptions` when undefined. */
  readonly code?: CodeOptions | undefined;
  /** Threads that compile. */
  readonly jobs?: number | undefined;
  readonly streams: InstanceStreams;
  /** A file to be written what passes the instance's network (pcap). */
  readonly tracePath?: string | undefined;
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

/** What is about to be launched. */
export interface PreparedRun {
  readonly choice: MonitorChoice;
  readonly monitor: Monitor;
  readonly image: BuiltImage;
  /** The program's name and its arguments. */
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
}

/** Builds if need be, chooses a monitor, launches. Throws a TsukiError. */
export async function run(options: RunOptions): Promise<StartedInstance> {
  const prepared = await prepareRun(options);
  const { choice, monitor, image } = prepared;
  const { networks, environment } = networksAndEnvironment(monitor, prepared.environment);
  const { disks, environment: settings } = disksAndEnvironment(monitor, environment);
  const hasFrames = networks.length > 0 && monitor.name !== "solo5";
  if (options.tracePath !== undefined && !hasFrames) throw nothingToTrace(options.tracePath);
  options.onLaunch?.();
  const instance = await monitor.launch({
    imagePath: image.path,
    arguments: prepared.arguments,
    environment: settings,
    networks,
    disks,
    tracePath: options.tracePath,
    streams: options.streams,
    memoryMebibytes: options.memoryMebibytes,
  });
  return { instance, image, choice };
}

/** Does all of `run` but the launch. Throws a TsukiError. */
export async function prepareRun(options: RunOptions): Promise<PreparedRun> {
  const subject = await findSubject(options);
  const appEnvironment = mergeVariables(subject.environment, options.appEnvironment);
  const choice = await choose(options, appEnvironment);
  const hasTap = canHaveTap(choice.name) && namesTap(appEnvironment);
  const monitor = await openMonitor({ ...choice, hasTap }, options.machine, options.environment);
  const { memoryMebibytes } = options;
  // A process has all the memory there is; its bound is the image's own.
  const isBound = choice.name === "process" && memoryMebibytes !== undefined;
  const maximumPages = isBound ? memoryMebibytes * pagesPerMebibyte : undefined;
  const { code, environment, hasDebugInfo, jobs } = options;
  const { platform } = monitor;
  checkCards(platform, appEnvironment);
  // What is wrong with them is told before anything is compiled.
  networksAndEnvironment(monitor, appEnvironment);
  const program = await subject.program((toolchain) => {
    if (platform !== "node") preloadCompiler(toolchain);
  });
  const image = await buildProgram(program, {
    environment,
    platform,
    code,
    maximumPages,
    hasDebugInfo,
    hasTap,
    diskCount: choice.name === "solo5" ? disksOf(appEnvironment).length : 0,
    jobs,
    onCompiling: options.onCompiling,
  });
  if (image.warnings !== "") options.onWarnings(image.warnings);
  if (choice.notice !== "") options.onNotice(choice.notice);
  const words = options.arguments.length > 0 ? options.arguments : subject.arguments;
  return {
    choice,
    monitor,
    image,
    arguments: [subject.name, ...words],
    environment: appEnvironment,
  };
}

async function choose(
  options: RunOptions,
  appEnvironment: readonly string[],
): Promise<MonitorChoice> {
  const { environment } = options;
  const qemu = findQemu(environment);
  const network = networkOfMachine(appEnvironment, options.monitor);
  const monitor = options.monitor ?? (network === undefined ? undefined : "qemu");
  if (network !== undefined && monitor !== "qemu") {
    throw new TsukiError("usage", `the network ${network} is a machine's: use --monitor qemu`);
  }
  return await chooseMonitor(monitor, {
    system: process.platform,
    architecture: process.arch,
    hasQemu: qemu !== undefined,
    sharesWithHost: sharedWithHost(appEnvironment),
    kvm: async () =>
      qemu === undefined
        ? { isUsable: false, reason: "is of no use without QEMU" }
        : await findKvm(new Cache(cacheFolder(environment)), qemu, false),
  });
}

/**
 * The network that is set, if it is one for virtual machines: theirs alone, or a tap, which a process
 * has when it is asked for.
 */
function networkOfMachine(
  appEnvironment: readonly string[],
  requested: MonitorName | undefined,
): string | undefined {
  const isMachines =
    namesUser(appEnvironment) || (namesTap(appEnvironment) && !canHaveTap(requested));
  if (!isMachines) return undefined;
  const net = appEnvironment.find((entry) => entry.startsWith("TSUKI_NET="));
  return net?.slice("TSUKI_NET=".length);
}

/** Whether images for a monitor are made with a network stack of their own if settings name a tap. */
function canHaveTap(monitor: MonitorName | undefined): boolean {
  return monitor === "process" || monitor === "solo5";
}

/** What of the host the settings give to the app, in the words of a message; see `MonitorHost`. */
function sharedWithHost(appEnvironment: readonly string[]): string {
  if (appEnvironment.includes("TSUKI_NET=host")) return "network of the host";
  return appEnvironment.some((entry) => entry.startsWith("TSUKI_MOUNT="))
    ? "folders of the host"
    : "";
}

/** Variables of which each replaces those before it that have its name. */
function mergeVariables(...lists: readonly (readonly string[])[]): readonly string[] {
  const variables = lists.flat().map((text) => [text.slice(0, text.indexOf("=")), text] as const);
  return [...new Map(variables).values()];
}

function nothingToTrace(path: string): TsukiError {
  const message = `there are no frames for ${path}: use --monitor qemu, or process with --net tap=<device>`;
  return new TsukiError("usage", message);
}

/** Which monitor to open, and for `process` whether its images have a tap. */
type OpenedMonitor = Pick<MonitorChoice, "name" | "accelerator"> & { readonly hasTap?: boolean };

/** The monitor that was chosen. */
export async function openMonitor(
  { name, accelerator, hasTap = false }: OpenedMonitor,
  machine: MachineType,
  environment: NodeJS.ProcessEnv,
): Promise<Monitor> {
  const hostPath = builtFile("tsuki-host");
  switch (name) {
    case "process": {
      if (!hasTap) return (await import("../monitors/process/monitor.ts")).processMonitor;
      const { tapMonitor } = await import("../monitors/process/tap-monitor.ts");
      return tapMonitor(hostPath);
    }
    case "qemu": {
      const { qemuMonitor } = await import("../monitors/qemu/monitor.ts");
      return qemuMonitor({ machine, accelerator, environment, hostPath });
    }
    case "node": {
      const { nodeMonitor } = await import("../monitors/node/monitor.ts");
      const programPath = builtFile("node-monitor.js");
      return nodeMonitor({ programPath, hostPath, kernelPath: builtFile("kernel.wasm") });
    }
    case "solo5": {
      const { solo5Monitor } = await import("../monitors/solo5/monitor.ts");
      return solo5Monitor({ environment, hostPath });
    }
  }
}

/** What an image for each platform is called by default. */
export function imageName(source: string, platform: Platform): string {
  const endings: Readonly<Record<Platform, string>> = {
    linux: "",
    pc: ".elf",
    node: ".node.wasm",
    solo5: ".spt",
  };
  return programName(source) + endings[platform];
}
