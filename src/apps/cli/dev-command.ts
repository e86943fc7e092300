/** `tsuki dev`. */
import { resolve } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { parseMemory } from "../../engine/choices.ts";
import { findConfig } from "../../engine/config/find-config.ts";
import { Dev } from "../../engine/dev/dev.ts";
import { configured } from "./configured.ts";
import { DevOutput } from "./dev-output.ts";
import { environmentOf, type RunCommandOptions } from "./run-command.ts";
import { endOnSignals } from "./signals.ts";
import { sourcesOf } from "./sources.ts";

/** Options as commander gives them. */
export interface DevCommandOptions extends RunCommandOptions {
  readonly inspect?: string | boolean;
  readonly json?: boolean;
}

const usualInspector = { address: "127.0.0.1", port: 9229 } as const;

/** Runs a program in Node and exchanges it when it changes; the exit status. */
export async function devCommand(
  named: string | undefined,
  behind: readonly string[],
  given: DevCommandOptions,
): Promise<number> {
  const { source, rest, flags } = withoutSwallowed(named, behind, given);
  const words = await configured(source === undefined ? [] : [source], flags);
  const { options } = words;
  const other = options.net?.find((name) => name !== "host" && name !== "none");
  if (other !== undefined) {
    throw new TsukiError("usage", `the network ${other} is a machine's; dev has host and none`);
  }
  const config = findConfig(resolve(source ?? "."));
  const own = rest[0] === "--" ? rest.slice(1) : rest;
  const output = new DevOutput({ isJson: flags.json === true, isQuiet: options.quiet === true });
  const dev = new Dev(
    {
      ...sourcesOf(words.sources, options),
      arguments: own.length > 0 ? own : words.arguments,
      appEnvironment: await environmentOf(options),
      memoryMebibytes: options.memory === undefined ? undefined : parseMemory(options.memory),
      inspector: flags.inspect === undefined ? undefined : parseInspector(flags.inspect),
      alsoWatched: config === undefined ? [] : [config],
    },
    (event) => output.show(event),
  );
  const signals = endOnSignals(dev);
  await dev.start();
  const status = await dev.wait();
  process.stdin.destroy();
  return signals.status() ?? status;
}

/** `--inspect app.ts` names no port, as in Node, but the program. */
function withoutSwallowed(
  source: string | undefined,
  rest: readonly string[],
  flags: DevCommandOptions,
): { source: string | undefined; rest: readonly string[]; flags: DevCommandOptions } {
  const { inspect } = flags;
  if (typeof inspect !== "string" || /^(?:.+:)?\d+$/.test(inspect)) return { source, rest, flags };
  const behind = source === undefined ? rest : [source, ...rest];
  return { source: inspect, rest: behind, flags: { ...flags, inspect: true } };
}

/** `[host:]port`, as Node has it. Throws `usage`. */
function parseInspector(text: string | boolean): { address: string; port: number } {
  if (typeof text === "boolean") return usualInspector;
  const [, address = usualInspector.address, digits = ""] =
    /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits !== "" && port <= 0xffff) return { address, port };
  throw new TsukiError("usage", `--inspect=${text} is malformed; write 9229 or 127.0.0.1:9229`);
}
