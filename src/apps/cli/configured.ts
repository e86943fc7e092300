/** What `tsuki.config.ts` says, in the place of flags that were not given. */
import { isAbsolute, join, relative, resolve } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import type { LoadedConfig } from "../../engine/config/config.ts";
import { findConfig } from "../../engine/config/find-config.ts";
import { isOwnNetwork } from "../../engine/instance-settings.ts";
import { isName } from "../../engine/name-form.ts";
import type { BuildCommandOptions } from "./build-command.ts";
import type { RunCommandOptions } from "./run-command.ts";

/** A command's sources and flags. */
export interface Words<Options> {
  readonly sources: readonly string[];
  readonly options: Options;
  /** The app's arguments, by the configuration. */
  readonly arguments: readonly string[];
}

type AllOptions = RunCommandOptions & BuildCommandOptions;
type AnyOptions = { readonly [Name in keyof AllOptions]?: AllOptions[Name] | undefined };

/**
 * Sources as they were named; or what the configuration says in the folder that was named, or here where
 * nothing was. Flags override it, and add to lists of variables, labels and macros. Throws a TsukiError.
 */
export async function configured<Options extends AnyOptions>(
  sources: readonly string[],
  options: Options,
): Promise<Words<Options>> {
  const [place = ".", ...more] = sources;
  const path = more.length === 0 ? findConfig(resolve(place)) : undefined;
  if (path !== undefined) {
    const { loadConfig } = await import("../../engine/config/config.ts");
    return merge(await loadConfig(path), options);
  }
  if (sources.length > 0) return { sources, options, arguments: [] };
  const advice = "name one, or write a tsuki.config.ts (`tsuki init` does)";
  throw new TsukiError("usage", `there is no program here; ${advice}`);
}

function merge<Options extends AnyOptions>(
  { config, folder }: LoadedConfig,
  options: Options,
): Words<Options> {
  const place = (path: string): string =>
    isAbsolute(path) ? path : relative(process.cwd(), join(folder, path)) || ".";
  const {
    app,
    args = [],
    env = {},
    labels = {},
    define = {},
    platforms,
    stopTimeout,
    ...direct
  } = config;
  const defaults: AnyOptions = {
    name: direct.name,
    memory: direct.memory,
    publish: direct.ports,
    listen: direct.listen,
    ...networkOf(direct.network, options),
    embed: direct.files?.map(place),
    mount: direct.volumes?.map((volume) => mountOf(volume, place)),
    platform: options.tag === undefined ? undefined : platforms?.join(","),
    monitor: direct.monitor,
    machine: direct.machine,
    restart: direct.restart,
    stopTimeout: stopTimeout === undefined ? undefined : String(stopTimeout),
    ...healthOptions(direct.health),
    include: direct.include?.map(place),
    toolchain: direct.toolchain,
    cpu: direct.compiler?.cpu,
    fast: direct.compiler?.level === "fast" ? true : undefined,
    memoryChecks: direct.compiler?.memoryChecks,
  };
  return {
    sources: (typeof app === "string" ? [app] : app).map(place),
    options: {
      ...defined(defaults),
      ...defined(options),
      ...joined("env", env, options.env),
      ...joined("label", labels, options.label),
      ...joined("define", define, options.define),
    },
    arguments: args,
  };
}

type VolumeEntry = NonNullable<LoadedConfig["config"]["volumes"]>[number];

/** As `--mount` has it. */
function mountOf(volume: VolumeEntry, place: (path: string) => string): string {
  if (typeof volume === "string") return place(volume);
  const { kind, source, target, readOnly = false } = volume;
  const file = place(source);
  const path = isAbsolute(file) ? file : `./${file}`;
  const where = kind === "volume" || isName(source) ? source : path;
  return `type=${kind},source=${where},target=${target}${readOnly ? ",readonly" : ""}`;
}

function healthOptions(health: LoadedConfig["config"]["health"]): AnyOptions {
  if (health === undefined) return {};
  const { http, interval, timeout, retries, startPeriod } = health;
  return {
    healthHttp: http,
    healthInterval: interval,
    healthTimeout: timeout,
    healthRetries: retries === undefined ? undefined : String(retries),
    healthStartPeriod: startPeriod,
  };
}

/** A flag of either kind overrides what the configuration says. */
function networkOf(
  said: LoadedConfig["config"]["network"],
  { net, network }: AnyOptions,
): AnyOptions {
  if (said === undefined || net !== undefined || network !== undefined) return {};
  const names = typeof said === "string" ? [said] : said;
  return names.every(isOwnNetwork) ? { net: names } : { network: names };
}

function joined(
  name: "env" | "label" | "define",
  values: Readonly<Record<string, string>>,
  given: readonly string[] = [],
): AnyOptions {
  const all = [...Object.entries(values).map(([key, value]) => `${key}=${value}`), ...given];
  return all.length === 0 ? {} : { [name]: all };
}

function defined<Values extends object>(values: Values): Values {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Values;
}
