/** `tsuki run`. */
import {
  parseMachine,
  parseMemory,
  parseMonitorName,
  parseVariable,
} from "../../engine/choices.ts";
import { type InstanceSettings, settingVariables } from "../../engine/instance-settings.ts";
import { run } from "../../engine/run.ts";
import { note } from "./report.ts";
import { endOnSignals } from "./signals.ts";
import { offeringInstall, type SourceOptions, sourcesOf } from "./sources.ts";

/** Options as commander gives them. */
export interface RunCommandOptions extends SourceOptions, InstanceSettings {
  readonly monitor?: string;
  readonly machine: string;
  readonly env?: readonly string[];
  readonly memory?: string;
  readonly trace?: string;
}

/** Builds if need be and runs; the app's exit status. */
export async function runCommand(
  source: string,
  rest: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  const isQuiet = options.quiet === true;
  const request = {
    ...sourcesOf([source], options),
    monitor: options.monitor === undefined ? undefined : parseMonitorName(options.monitor),
    machine: parseMachine(options.machine),
    // A first `--` only separates, as everywhere; a second one is the app's.
    arguments: rest[0] === "--" ? rest.slice(1) : rest,
    appEnvironment: [...(options.env ?? []).map(parseVariable), ...settingVariables(options)],
    memoryMebibytes: options.memory === undefined ? undefined : parseMemory(options.memory),
    streams: "inherit" as const,
    onNotice: isQuiet ? () => {} : note,
    onWarnings: (text: string) => void process.stderr.write(text),
  };
  if (options.trace !== undefined) {
    const { traceRun } = await import("./trace-boot.ts");
    return await traceRun(options.trace, request);
  }
  const { instance } = await offeringInstall(() => run(request));
  const signals = endOnSignals(instance);
  const status = await instance.wait();
  // Reading standard input for the instance would keep this process waiting for more of it.
  process.stdin.destroy();
  return signals.status() ?? status;
}
