/** The names among which a user of the engine chooses. */
import { type CodeOptions, cpuLevels, defaultCodeOptions } from "../contracts/build.ts";
import { TsukiError } from "../contracts/errors.ts";
import type { ImageDefaults } from "../contracts/image-defaults.ts";
import { type Platform, platformIds } from "../contracts/machine-interface.ts";
import { type MachineType, machineTypes } from "../monitors/qemu/command.ts";

export {
  parsePreinitialization,
  parseToolchainName,
} from "../toolchains/choose.ts";
export { parseMonitorName } from "./choose-monitor.ts";
export { parseEmbed } from "./embed.ts";

/** Reads a platform's name as the user typed it. */
export function parsePlatform(text: string): Platform {
  if (text === "pc" || text === "linux" || text === "node" || text === "solo5") return text;
  const known = Object.keys(platformIds).join(", ");
  throw new TsukiError("usage", `no platform named ${text}; there are ${known}`);
}

/** Reads what code may ask of the processor, and whether accesses of memory are compared. */
export function parseCodeOptions(cpu: string, checksMemory: boolean): CodeOptions {
  const level = cpuLevels.find((name) => name === cpu);
  if (level === undefined) {
    const known = cpuLevels.join(", ");
    throw new TsukiError("usage", `no processor level named ${cpu}; there are ${known}`);
  }
  const memory = checksMemory ? "checked" : "reserved";
  return { ...defaultCodeOptions, cpu: level, memory };
}

/** Refuses arguments and variables for an image that has no place for them. */
export function checkDefaults(platform: Platform, defaults: ImageDefaults | undefined): void {
  if (platform !== "node" || defaults === undefined) return;
  throw new TsukiError(
    "usage",
    "an image for node is the app's module and holds no settings; give them to `tsuki run`",
  );
}

/** Reads a machine type's name as the user typed it. */
export function parseMachine(text: string): MachineType {
  const name = machineTypes.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  throw new TsukiError("usage", `no machine named ${text}; there are ${machineTypes.join(", ")}`);
}

/** Reads an amount of memory such as `64`, `64M` or `2G`: mebibytes, from 1 to 4096. */
export function parseMemory(text: string): number {
  const [, digits = "", unit = "M"] = /^(\d{1,4})([MmGg])?(?:i?[Bb])?$/.exec(text) ?? [];
  const mebibytes = Number(digits) * (unit.toUpperCase() === "G" ? 1024 : 1);
  if (digits !== "" && mebibytes >= 1 && mebibytes <= 4096) return mebibytes;
  throw new TsukiError("usage", `${text} is no amount of memory; write 64M or 2G, at most 4G`);
}

/** Reads a number of threads, from 1 to 64. */
export function parseJobs(text: string): number {
  const jobs = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (jobs >= 1 && jobs <= 64) return jobs;
  throw new TsukiError("usage", `${text} is no number of threads; write one from 1 to 64`);
}

/** Reads labels, `name=value` each; a name alone has an empty value. */
export function parseLabels(texts: readonly string[]): Readonly<Record<string, string>> {
  const labels = texts.map((text) => {
    const [name = "", ...rest] = parseVariable(text.includes("=") ? text : `${text}=`).split("=");
    return [name, rest.join("=")] as const;
  });
  return Object.fromEntries(labels);
}

/** Reads a macro of C's: `NAME`, `NAME=value` or `NAME(parameters)=value`. */
export function parseDefinition(text: string): string {
  if (/^[A-Za-z_]\w*(?:\([\w, .]*\))?(?:=[^\0\n]*)?$/.test(text)) return text;
  throw new TsukiError("usage", `-D ${text} is malformed; write NAME or NAME=value`);
}

/** Reads `NAME=value`, or `NAME`: as it is in `environment`, nothing where it is not. Throws `usage`. */
export function parsePassedVariable(text: string, environment: NodeJS.ProcessEnv): string[] {
  if (!/^[^=\0\s]+$/.test(text)) return [parseVariable(text)];
  const value = environment[text];
  return value === undefined ? [] : [`${text}=${value}`];
}

/** Reads `NAME=value`. */
export function parseVariable(text: string): string {
  if (/^[^=\0]+=[^\0]*$/.test(text)) return text;
  throw new TsukiError("usage", `${text} is not of the form NAME=value`);
}
