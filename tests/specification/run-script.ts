import { validateFunctions } from "../../src/compiler/validate/validate.ts";
import { decode } from "../../src/compiler/wasm/decode.ts";
import { UnsupportedError } from "../../src/compiler/wasm/errors.ts";
import type { Module } from "../../src/compiler/wasm/module.ts";
import { type CodeOptions, defaultCodeOptions } from "../../src/contracts/build.ts";
import { TsukiError } from "../../src/contracts/errors.ts";
import { type Group, Instances, type Step } from "./instances.ts";
import { allowedSince3 } from "./later.ts";
import { NotMergeable } from "./merge.ts";
import { programOf } from "./program.ts";
import { runProgram, runSelected } from "./run-program.ts";
import type { Command, RefusedModule, Script } from "./script.ts";

/** What came of a script's assertions; modules that must be accepted count as such. */
export interface ScriptResult {
  passed: number;
  readonly failures: { readonly line: number; readonly reason: string }[];
  /** Numbers of skipped assertions by reason. */
  readonly skipped: Map<string, number>;
}

/** Runs every assertion of a script. */
export async function runScript(
  script: Script,
  code: CodeOptions = defaultCodeOptions,
): Promise<ScriptResult> {
  const runner = new ScriptRunner(script, code);
  for (const command of script.commands) runner.take(command);
  for (const group of runner.instances.groups) await runner.runGroup(group);
  return runner.result;
}

class ScriptRunner {
  readonly result: ScriptResult = { passed: 0, failures: [], skipped: new Map() };
  readonly instances = new Instances();
  /** Why the latest module cannot be used. */
  private missing = "no module";
  private readonly reasons = new Map<string, string>();

  constructor(
    private readonly script: Script,
    private readonly code: CodeOptions,
  ) {}

  /** Takes one command: what the front end alone decides is decided. */
  take(command: Command): void {
    switch (command.type) {
      case "module":
        this.takeModule(command);
        break;
      case "register":
        this.instances.register(command.as, command.name);
        break;
      case "assert_invalid":
      case "assert_malformed":
        this.takeRefused(command);
        break;
      case "assert_unlinkable":
        this.skip("linking: an app's imports are WASI's");
        break;
      case "assert_uninstantiable":
        this.takeUninstantiable(command);
        break;
      default:
        this.takeAction(command);
    }
  }

  /** Runs a group's program. */
  async runGroup(group: Group): Promise<void> {
    const { steps } = group;
    const counted = steps.filter(isCounted).length;
    if (steps.every(({ kind }) => kind === "instantiate")) return;
    try {
      const failures = await this.failuresOf(group, steps);
      const lines = new Set(failures.map(({ line }) => line));
      this.result.failures.push(...failures);
      this.result.passed += Math.max(0, counted - lines.size);
    } catch (error) {
      if (error instanceof NotMergeable) this.skip(error.message, counted);
      else {
        const text = error instanceof Error ? error.message : String(error);
        const line = steps[0]?.line ?? 0;
        this.result.failures.push(
          ...Array.from({ length: Math.max(1, counted) }, () => ({ line, reason: text })),
        );
      }
    }
  }

  private async failuresOf(
    group: Group,
    steps: readonly Step[],
  ): Promise<ScriptResult["failures"]> {
    const [first] = steps;
    if (first?.kind === "uninstantiable" && group.instances.length === 1) {
      return await this.runUninstantiable(group, first);
    }
    const program = programOf(group, steps);
    const failures = await runProgram(program, this.code);
    if (!program.takesArgument) {
      for (const { id, trap } of program.checks) {
        if (trap === undefined) continue;
        failures.push(...(await runSelected(programOf(group, steps, id), id, this.code)));
      }
    }
    return failures.map(({ check, reason }) => ({ line: check.line, reason }));
  }

  /** A lone module that cannot be instantiated is refused when it is built, or traps at its start. */
  private async runUninstantiable(
    group: Group,
    step: Extract<Step, { kind: "uninstantiable" }>,
  ): Promise<ScriptResult["failures"]> {
    const program = programOf(group, []);
    try {
      const [failure] = await runProgram({ ...program, checks: [] }, this.code);
      const isTrap = failure?.reason.startsWith(`ends in ${step.text}`) === true;
      if (isTrap) return [];
      return [{ line: step.line, reason: failure?.reason ?? "is instantiated" }];
    } catch (error) {
      if (error instanceof TsukiError && error.code === "wasm-invalid") return [];
      throw error;
    }
  }

  private takeModule(command: Extract<Command, { type: "module" }>): void {
    const module = this.accept(command.filename, command.line);
    const instance =
      module === undefined ? undefined : this.instances.instantiate(module, command.filename);
    if (module !== undefined && instance === undefined) this.missing = "unbound imports";
    if (command.name !== undefined) this.reasons.set(command.name, this.missing);
    this.instances.remember(instance, command.name);
    instance?.group.steps.push({ kind: "instantiate", instance, line: command.line });
  }

  private takeRefused(command: RefusedModule) {
    if (command.module_type === "text") return this.skip("the text format");
    try {
      validated(this.script.bytes(command.filename));
    } catch (error) {
      if (!(error instanceof TsukiError)) {
        return this.fail(command.line, `${command.filename}: ${String(error)}`);
      }
      if (error instanceof UnsupportedError) return this.skip(`modules with ${error.feature}`);
      this.result.passed++;
      return;
    }
    if (allowedSince3[this.script.name]?.[command.text]?.includes(command.line) === true) {
      return this.skip("allowed since version 3.0");
    }
    this.fail(command.line, `${command.filename} is accepted, not refused: ${command.text}`);
  }

  private takeUninstantiable(command: RefusedModule): void {
    const module = this.accept(command.filename, command.line);
    if (module === undefined) return this.skip(this.missing);
    const instance = this.instances.instantiate(module, command.filename);
    if (instance === undefined) return this.skip("unbound imports");
    const { line, text } = command;
    instance.group.steps.push({ kind: "uninstantiable", instance, line, text });
  }

  private takeAction(command: Extract<Command, { readonly action: unknown }>): void {
    const name = command.action.module;
    const instance = this.instances.find(name);
    if (instance === undefined) {
      const reason = name === undefined ? this.missing : (this.reasons.get(name) ?? this.missing);
      if (command.type !== "action") this.skip(reason);
      return;
    }
    instance.group.steps.push({ kind: "action", instance, line: command.line, command });
  }

  /** Decodes and validates a module that must be accepted, which counts as an assertion. */
  private accept(filename: string, line: number): Module | undefined {
    try {
      const module = validated(this.script.bytes(filename));
      this.result.passed++;
      return module;
    } catch (error) {
      if (error instanceof UnsupportedError) {
        this.missing = `modules with ${error.feature}`;
        this.skip(this.missing);
      } else {
        this.missing = "a module that is refused";
        this.fail(line, `${filename}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return undefined;
    }
  }

  private skip(reason: string, count = 1): void {
    this.result.skipped.set(reason, (this.result.skipped.get(reason) ?? 0) + count);
  }

  private fail(line: number, reason: string): void {
    this.result.failures.push({ line, reason });
  }
}

function validated(bytes: Uint8Array): Module {
  const module = decode(bytes);
  validateFunctions(module);
  return module;
}

function isCounted(step: Step): boolean {
  return (
    step.kind === "uninstantiable" || (step.kind === "action" && step.command.type !== "action")
  );
}
