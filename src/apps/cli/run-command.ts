/** `tsuki run` and `tsuki create`. */
import { readFileSync } from "node:fs";
import { TsukiError } from "../../contracts/errors.ts";
import {
  parseMachine,
  parseMemory,
  parseMonitorName,
  parsePassedVariable,
} from "../../engine/choices.ts";
import {
  type InstanceSettings,
  isOwnNetwork,
  requiresNamespaces,
  settingVariables,
} from "../../engine/instance-settings.ts";
import type { InstanceManner } from "../../engine/instances/prepare.ts";
import { namesDisks } from "../../engine/machine-disks.ts";
import type { TakenPlaces } from "../../engine/networks/places.ts";
import { type RunOptions, run } from "../../engine/run.ts";
import { checkDiskFile } from "../../engine/volumes/disk-image.ts";
import { type Mount, parseMount, parseVolumeMount } from "../../engine/volumes/mounts.ts";
import type { Volume } from "../../engine/volumes/volume-store.ts";
import { configured } from "./configured.ts";
import { note } from "./report.ts";
import { endOnSignals } from "./signals.ts";
import { offeringInstall, type SourceOptions, sourcesOf } from "./sources.ts";

/** Options as commander gives them. */
export interface RunCommandOptions extends SourceOptions, InstanceSettings {
  readonly monitor?: string;
  readonly machine?: string;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly memory?: string;
  readonly trace?: string;
  readonly pcap?: string;
  readonly detach?: boolean;
  readonly name?: string;
  readonly label?: readonly string[];
  readonly restart?: string;
  readonly stopTimeout?: string;
  readonly rm?: boolean;
  readonly interactive?: boolean;
  readonly tty?: boolean;
  readonly cpus?: string;
  readonly pidsLimit?: string;
  readonly readOnly?: boolean;
  readonly healthHttp?: string;
  readonly healthInterval?: string;
  readonly healthTimeout?: string;
  readonly healthRetries?: string;
  readonly healthStartPeriod?: string;
  readonly volume?: readonly string[];
  readonly network?: readonly string[];
}

/** Builds if need be and runs; the app's exit status. */
export async function runCommand(
  source: string | undefined,
  rest: readonly string[],
  flags: RunCommandOptions,
): Promise<number> {
  const { request, options, surroundings } = await requestOf(source, rest, flags);
  if (namesDisks(request.appEnvironment)) {
    const { checkDisks } = await import("./volume-verbs.ts");
    checkDisks(request.appEnvironment);
  }
  if (options.trace !== undefined) {
    const { traceRun } = await import("./trace-boot.ts");
    return await traceRun(options.trace, request);
  }
  const { networks } = surroundings;
  // A name in a network is known there without a supervisor, too.
  const isNamed = flags.name !== undefined && networks === undefined;
  const isHeld = isNamed || needsSupervisor(flags);
  // A namespace of processes is a supervisor's to make, as limits are.
  const isApart = requiresNamespaces(request.appEnvironment);
  const hasLimits = options.cpus !== undefined || options.pidsLimit !== undefined || isApart;
  const isElsewhere = options.detach === true || options.tty === true || isHeld || hasLimits;
  if (options.pcap !== undefined && isElsewhere) {
    const others = "-d, -t, --name, --label, --restart, --health-http, --cpus and --pids-limit";
    throw new TsukiError("usage", `--pcap is for instances that run here: leave ${others} away`);
  }
  if (options.detach === true || options.tty === true) {
    const { runAttached, runDetached } = await import("./detached.ts");
    const runIt = options.detach === true ? runDetached : runAttached;
    return await runIt(request, options, surroundings);
  }
  if (isHeld) {
    const { runAttached } = await import("./detached.ts");
    return await runAttached(request, { ...options, interactive: true }, surroundings);
  }
  if (hasLimits) {
    const { runLimited } = await import("./detached.ts");
    return await runLimited(request, options, surroundings);
  }
  if (networks === undefined) return await runHere(request);
  const { withPlaces } = await import("./network-places.ts");
  return await withPlaces(networks, options.name ?? "", () => runHere(request));
}

/** Whether what was asked for is about an instance that others see, and that stays when it has ended. */
function needsSupervisor({ label, restart, healthHttp }: RunCommandOptions): boolean {
  return [label, restart, healthHttp].some((option) => option !== undefined);
}

async function runHere(request: RunOptions): Promise<number> {
  const { instance } = await offeringInstall(() => run(request));
  const signals = endOnSignals(instance);
  const status = await instance.wait();
  // Reading standard input for the instance would keep this process waiting for more of it.
  process.stdin.destroy();
  return signals.status() ?? status;
}

/** Makes an instance that does not run yet; the exit status. */
export async function createCommand(
  source: string | undefined,
  rest: readonly string[],
  flags: RunCommandOptions,
): Promise<number> {
  const { createDetached } = await import("./detached.ts");
  const { request, options, surroundings } = await requestOf(source, rest, flags);
  return await createDetached(request, options, surroundings);
}

/** What an instance has of the host's, besides what its environment says. */
export type Surroundings = Pick<InstanceManner, "volumes" | "networks">;

interface Request {
  readonly request: RunOptions;
  readonly options: RunCommandOptions;
  readonly surroundings: Surroundings;
}

async function requestOf(
  source: string | undefined,
  rest: readonly string[],
  flags: RunCommandOptions,
): Promise<Request> {
  const words = await configured(source === undefined ? [] : [source], flags);
  const { options } = words;
  const isQuiet = options.quiet === true;
  // A first `--` only separates, as everywhere; a second one is the app's.
  const given = rest[0] === "--" ? rest.slice(1) : rest;
  const taken = await placesOf(options);
  const request: RunOptions = {
    ...sourcesOf(words.sources, options),
    monitor: options.monitor === undefined ? undefined : parseMonitorName(options.monitor),
    machine: parseMachine(options.machine ?? "microvm"),
    arguments: given.length > 0 ? given : words.arguments,
    appEnvironment: await environmentOf(options, taken),
    memoryMebibytes: options.memory === undefined ? undefined : parseMemory(options.memory),
    streams: "inherit" as const,
    tracePath: options.pcap,
    onNotice: isQuiet ? () => {} : note,
    onWarnings: (text: string) => void process.stderr.write(text),
  };
  const surroundings = {
    volumes: [...volumeNames(mountsOf(options))],
    ...(taken === undefined ? {} : { networks: taken.places }),
  };
  return { request, options, surroundings };
}

/** The places in networks that were named, which are taken; undefined where none were. */
async function placesOf({ net, network, publish }: RunCommandOptions) {
  if (network === undefined) return undefined;
  if (net !== undefined) throw new TsukiError("usage", "choose one of --net and --network");
  const own = network.filter(isOwnNetwork);
  if (own.length === network.length) return undefined;
  if (own.length > 0) {
    const advice = "all are networks of instances, or none is";
    throw new TsukiError("usage", `${network.join(" and ")} do not go together: ${advice}`);
  }
  const { take } = await import("./network-places.ts");
  return await take(network, publish ?? []);
}

/** The app's environment, with Tsuki's own settings in it. Throws `usage`. */
export async function environmentOf(
  options: RunCommandOptions,
  taken?: TakenPlaces,
): Promise<readonly string[]> {
  const mounted = await mountedPlaces(mountsOf(options));
  const variables = [
    ...(options.envFile ?? []).flatMap(readVariables),
    ...(options.env ?? []).flatMap((text) => parsePassedVariable(text, process.env)),
  ];
  if (taken !== undefined) {
    const own = settingVariables({ ...options, ...mounted, net: undefined, publish: undefined });
    return taken.enter([...variables, ...own]);
  }
  // As container engines have it, --network takes what --net does, too.
  const net = options.net ?? options.network;
  return [...variables, ...settingVariables({ ...options, ...mounted, net })];
}

/** Paths become absolute: an instance in the background does not work in this folder. */
function mountsOf({
  volume = [],
  mount = [],
  readOnly = false,
}: RunCommandOptions): readonly Mount[] {
  const folder = process.cwd();
  const mounts = [
    ...mount.map((text) => parseMount(text, folder)),
    ...volume.map((text) => parseVolumeMount(text, folder)),
  ];
  return readOnly ? mounts.map((one) => ({ ...one, isReadOnly: true })) : mounts;
}

function volumeNames(mounts: readonly Mount[]): readonly string[] {
  return [...new Set(mounts.filter(({ kind }) => kind === "volume").map(({ source }) => source))];
}

/** What is mounted, as the settings have it; volumes that are not there are made, as folders. */
async function mountedPlaces(
  mounts: readonly Mount[],
): Promise<Required<Pick<InstanceSettings, "mount" | "disk">>> {
  const volumes = new Map<string, Volume>();
  if (volumeNames(mounts).length > 0) {
    const { volumes: store } = await import("./volume-verbs.ts");
    const wanted = volumeNames(mounts).map((name) => ({
      name,
      isDisk: mounts.some(({ source, isDisk }) => source === name && isDisk === true),
    }));
    for (const volume of await store().hold(wanted, new Date().toISOString())) {
      volumes.set(volume.name, volume);
    }
  }
  const [mount, disk]: [string[], string[]] = [[], []];
  for (const { kind, source, target, isReadOnly } of mounts) {
    const volume = kind === "volume" ? volumes.get(source) : undefined;
    const entry = `${volume?.path ?? source}:${target}${isReadOnly ? ":ro" : ""}`;
    if (kind === "disk") checkDiskFile(source);
    const isDisk = kind === "disk" || volume?.kind === "disk";
    (isDisk ? disk : mount).push(entry);
  }
  return { mount, disk };
}

/** The variables in a file: a line each, without empty ones and those that begin with `#`. */
function readVariables(path: string): readonly string[] {
  try {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.flatMap((line) =>
      /^\s*(?:#|$)/.test(line) ? [] : parsePassedVariable(line, process.env),
    );
  } catch (error) {
    if (error instanceof TsukiError) throw error;
    throw new TsukiError("source-missing", `${path}: no such file, or it cannot be read`);
  }
}
