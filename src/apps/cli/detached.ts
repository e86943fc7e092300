/** `tsuki run -d` and `tsuki create`. */
import { TsukiError } from "../../contracts/errors.ts";
import { parseLabels } from "../../engine/choices.ts";
import type { StoredInstance } from "../../engine/instances/instance-store.ts";
import {
  createInstance,
  instanceStore,
  removeInstance,
  startInstance,
} from "../../engine/instances/lifecycle.ts";
import { type InstanceManner, prepareInstance } from "../../engine/instances/prepare.ts";
import type { RunOptions } from "../../engine/run.ts";
import { healthCheckOf } from "./health-options.ts";
import { parseSeconds } from "./instance-verbs.ts";
import type { RunCommandOptions, Surroundings } from "./run-command.ts";
import { offeringInstall } from "./sources.ts";

/** Makes and starts an instance and prints its id; the exit status. */
export async function runDetached(
  request: RunOptions,
  options: RunCommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  const instance = await createAndStart(request, options, surroundings);
  process.stdout.write(`${instance.record.id}\n`);
  return 0;
}

/** Makes and starts an instance, and connects this process's streams to it; its exit status. */
export async function runAttached(
  request: RunOptions,
  options: RunCommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  if (options.tty === true && !process.stdin.isTTY) {
    throw new TsukiError("usage", "-t needs a terminal here; leave it away, or add -d");
  }
  const instance = await createAndStart(request, options, surroundings);
  const { attachStarted } = await import("./attach-command.ts");
  const status = await attachStarted(instance, true);
  const store = instanceStore(process.env);
  const { state } = store.require(instance.record.id);
  if (options.rm === true && state.status === "exited")
    await removeInstance(store, store.require(instance.record.id), false);
  return status;
}

/** Runs an instance that control groups limit, which its supervisor sees to; nothing of it stays. */
export async function runLimited(
  request: RunOptions,
  options: RunCommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  return await runAttached(request, { ...options, interactive: true, rm: true }, surroundings);
}

async function createAndStart(
  request: RunOptions,
  options: RunCommandOptions,
  surroundings: Surroundings,
): Promise<StoredInstance> {
  const instance = await create(request, options, surroundings);
  try {
    await startInstance(instance);
  } catch (error) {
    // Nobody could be told of an instance whose id was never printed.
    await instanceStore(process.env).remove(instance);
    throw error;
  }
  return instance;
}

/** Makes an instance and prints its id; the exit status. */
export async function createDetached(
  request: RunOptions,
  options: RunCommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  const { record } = await create(request, options, surroundings);
  process.stdout.write(`${record.id}\n`);
  return 0;
}

async function create(
  request: RunOptions,
  options: RunCommandOptions,
  surroundings: Surroundings,
): Promise<StoredInstance> {
  const manner = { ...mannerOf(options), ...surroundings };
  const store = instanceStore(process.env);
  const prepared = await offeringInstall(() => prepareInstance(request, manner));
  return await createInstance(store, prepared, new Date().toISOString());
}

function mannerOf(options: RunCommandOptions): InstanceManner {
  const restart = parseRestart(options.restart ?? "no");
  const isTemporary = options.rm === true;
  if (isTemporary && restart !== "0") {
    throw new TsukiError("usage", "an instance is started again (--restart) or removed (--rm)");
  }
  return {
    name: options.name,
    restart,
    stopTimeoutSeconds: parseSeconds(options.stopTimeout ?? "10"),
    isTemporary,
    health: healthCheckOf(options),
    input: inputOf(options),
    processors: options.cpus === undefined ? undefined : parseProcessors(options.cpus),
    processLimit: parseProcessLimit(options.pidsLimit),
    ports: [...(options.publish ?? []), ...(options.listen ?? [])],
    labels: parseLabels(options.label ?? []),
  };
}

function parseProcessors(text: string): number {
  const count = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new TsukiError("usage", `--cpus ${text} is no number of processors; write 2 or 0.5`);
}

function parseProcessLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === "-1") return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new TsukiError("usage", `--pids-limit ${text} is no number of processes; write 100`);
}

function inputOf({ interactive, tty }: RunCommandOptions): "pipe" | "terminal" | undefined {
  if (tty === true) return "terminal";
  return interactive === true ? "pipe" : undefined;
}

/** A number of restarts or `always`, as supervisors take it. */
function parseRestart(text: string): string {
  if (text === "no") return "0";
  if (text === "always" || text === "unless-stopped") return "always";
  const counted = /^on-failure(?::(\d{1,9}))?$/.exec(text);
  if (counted !== null) return counted[1] ?? "999999999";
  const known = "no, on-failure, on-failure:3, always, unless-stopped";
  throw new TsukiError("usage", `no restart policy ${text}; there are ${known}`);
}
