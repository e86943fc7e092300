/** `tsuki explain`. */
import { TsukiError } from "../../contracts/errors.ts";
import { type Explanation, explain, type FunctionSize, functionsOf } from "../../engine/explain.ts";
import { explanationText, noPaint, terminalPaint } from "./explain-layout.ts";
import { wantsColour } from "./report.ts";
import { offeringInstall, type SourceOptions, sourcesOf } from "./sources.ts";

/** Options as commander gives them. */
export interface ExplainCommandOptions extends SourceOptions {
  readonly function?: string;
  readonly pass?: readonly string[];
  readonly list?: boolean;
  readonly json?: boolean;
}

/** Prints what the compiler makes of a function, or which functions there are; the exit status. */
export async function explainCommand(
  sources: readonly string[],
  options: ExplainCommandOptions,
): Promise<number> {
  const request = sourcesOf(sources, options);
  if (options.list === true) {
    const functions = await offeringInstall(() => functionsOf(request));
    process.stdout.write(options.json === true ? jsonOf(functions) : listText(functions));
    return 0;
  }
  if (options.function === undefined) {
    throw new TsukiError("usage", "say which function with --function, or --list them");
  }
  const name = options.function;
  const explanation = await offeringInstall(() => explain(request, name));
  const isChosen = stageChoice(explanation, options.pass);
  if (options.json === true) {
    const stages = explanation.stages.filter(isChosen);
    process.stdout.write(jsonOf({ ...explanation, stages }));
    return 0;
  }
  const paint = wantsColour(process.stdout) ? terminalPaint : noPaint;
  process.stdout.write(explanationText(explanation, { isChosen, paint }));
  return 0;
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Stages that changed something, unless there are names of stages, or "all". */
function stageChoice({ stages }: Explanation, names: readonly string[] | undefined) {
  const known = new Set(stages.map((stage) => stage.name));
  for (const name of names ?? []) {
    if (name === "all" || known.has(name)) continue;
    if (known.size === 0) {
      throw new TsukiError("usage", "--fast compiles this in one pass, without SSA: omit --pass");
    }
    const choices = [...known, "all"].join(", ");
    throw new TsukiError("usage", `there is no pass ${name}; there are ${choices}`);
  }
  return (stage: Explanation["stages"][number]): boolean => {
    if (names === undefined) return stage.isChanged;
    return names.includes("all") || names.includes(stage.name);
  };
}

/** The largest first. */
function listText(functions: readonly FunctionSize[]): string {
  const rows = [...functions]
    .sort((one, other) => other.wasmBytes - one.wasmBytes)
    .map(({ index, name, type, wasmBytes }) => {
      const size = String(wasmBytes).padStart(9);
      return `${size}  ${String(index).padStart(6)}  ${name}${type === "" ? "" : ` ${type}`}`;
    });
  return `${["    bytes   index  function", ...rows].join("\n")}\n`;
}
