/** `tsuki ps`, `logs`, `wait`, `port`, `start`, `stop`, `restart`, `kill`, `pause`, `unpause`, `rm`, ... */
import { TsukiError } from "../../contracts/errors.ts";
import { type StoredInstance, shortInstanceId } from "../../engine/instances/instance-store.ts";
import {
  instanceStore,
  isLiving,
  killInstance,
  listInstances,
  pauseInstance,
  removeInstance,
  resumeInstance,
  startInstance,
  stopInstance,
  waitForInstance,
} from "../../engine/instances/lifecycle.ts";
import { followLog, type LogLine, readLog } from "../../engine/instances/log-file.ts";
import type { InstanceVerbOptions } from "./define-instance-verbs.ts";
import { reportError } from "./report.ts";
import { formatAge, formatTable } from "./table.ts";

/** Lists instances; the exit status. */
async function listCommand(options: InstanceVerbOptions): Promise<number> {
  let status = 0;
  const all = await listInstances(instanceStore(process.env), (error) => {
    status = reportError(error, "ps", options.debug === true);
  });
  const instances = all.filter(({ state }) => options.all === true || isLiving(state.status));
  const idOf = (one: StoredInstance): string =>
    options.trunc === false ? one.record.id : shortInstanceId(one);
  if (options.quiet === true) print(instances.map((one) => `${idOf(one)}\n`).join(""));
  else if (options.json === true) print(`${JSON.stringify(instances.map(toRecord))}\n`);
  else print(instanceTable(instances, idOf));
  return status;
}

function instanceTable(
  instances: readonly StoredInstance[],
  idOf: (instance: StoredInstance) => string,
): string {
  return formatTable(
    ["ID", "IMAGE", "MONITOR", "CREATED", "STATUS", "PORTS", "NAME"],
    instances.map((one) => [
      idOf(one),
      one.record.image,
      one.record.monitor,
      formatAge(one.record.created, Date.now()),
      describeState(one),
      one.record.ports.join(", "),
      one.record.name,
    ]),
    process.stdout.columns,
  );
}

/** `Up 2 minutes`, `Exited (0) 3 seconds ago`, as container engines say it. */
function describeState({ state }: StoredInstance): string {
  const ago = (timeMs: number | undefined): string =>
    formatAge(new Date(timeMs ?? Number.NaN), Date.now());
  const up = ago(state.startedMs).replace(/ ago$/, "");
  switch (state.status) {
    case "created":
      return "Created";
    case "running":
      return `Up ${up}`;
    case "paused":
      return `Up ${up} (paused)`;
    case "restarting":
      return "Restarting";
    case "exited":
      return `Exited (${state.exitStatus ?? 0}) ${ago(state.finishedMs)}`;
  }
}

function toRecord({ record, state }: StoredInstance): object {
  const { id, name, image, monitor, created, ports, labels } = record;
  return { id, name, image, monitor, created, ports, labels, ...state };
}

/** Prints a log; the exit status. */
async function logsCommand(name: string, options: InstanceVerbOptions): Promise<number> {
  const store = instanceStore(process.env);
  const instance = store.require(name);
  const isWanted = timeFilter(options);
  const tail =
    options.tail === undefined || options.tail === "all" ? undefined : count(options.tail);
  const printer = linePrinter(options.timestamps === true);
  const before = [...readLog(instance.folder)].filter(isWanted);
  if (options.follow !== true || !isLiving(instance.state.status)) {
    for (const line of tail === undefined ? before : before.slice(before.length - tail))
      printer(line);
    return 0;
  }
  let skipped = tail === undefined ? 0 : Math.max(0, before.length - tail);
  for await (const line of followLog(instance.folder, waitForInstance(store, instance))) {
    if (isWanted(line) && skipped-- <= 0) printer(line);
  }
  return 0;
}

function linePrinter(withTime: boolean): (line: LogLine) => void {
  const isWithin = { stdout: false, stderr: false };
  return ({ time, stream, isWhole, text }) => {
    const front = withTime && !isWithin[stream] ? `${time} ` : "";
    isWithin[stream] = !isWhole;
    process[stream].write(`${front}${text}${isWhole ? "\n" : ""}`);
  };
}

function timeFilter({ since, until }: InstanceVerbOptions): (line: LogLine) => boolean {
  const [from, to] = [since, until].map((text) => (text === undefined ? undefined : toTime(text)));
  return ({ time }) => (from === undefined || time >= from) && (to === undefined || time < to);
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time, or how long ago: `10m`. Times of the log sort as texts. */
function toTime(text: string): string {
  const [, amount, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const timeMs =
    amount === undefined ? Date.parse(text) : Date.now() - Number(amount) * (unitMs[unit] ?? 0);
  if (!Number.isNaN(timeMs)) return new Date(timeMs).toISOString().replace("Z", "000000Z");
  throw new TsukiError("usage", `${text} is no time; write 2026-01-02T03:04:05Z or 10m`);
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TsukiError("usage", `${text} is no number of lines`);
}

/** Waits for instances and prints their statuses; the exit status. */
async function waitCommand(names: readonly string[]): Promise<number> {
  return await onEach("wait", names, async (instance) => {
    print(`${await waitForInstance(instanceStore(process.env), instance)}\n`);
  });
}

/** Prints an instance's ports; the exit status. */
async function portCommand(name: string): Promise<number> {
  const { record } = instanceStore(process.env).require(name);
  print(record.ports.map((port) => `${port}\n`).join(""));
  return 0;
}

/** Starts instances; the exit status. */
async function startCommand(names: readonly string[]): Promise<number> {
  return await onEach("start", names, startInstance, printName);
}

/** Stops instances; the exit status. */
async function stopCommand(
  names: readonly string[],
  { time }: InstanceVerbOptions,
): Promise<number> {
  const seconds = time === undefined ? undefined : parseSeconds(time);
  return await onEach("stop", names, async (one) => stopInstance(one, seconds), printName);
}

/** Stops instances and starts them again; the exit status. */
async function restartCommand(
  names: readonly string[],
  { time }: InstanceVerbOptions,
): Promise<number> {
  const seconds = time === undefined ? undefined : parseSeconds(time);
  const store = instanceStore(process.env);
  const restart = async (instance: StoredInstance): Promise<void> => {
    await stopInstance(instance, seconds);
    await startInstance(store.require(instance.record.id));
  };
  return await onEach("restart", names, restart, printName);
}

/** Sends a signal to instances; the exit status. */
async function killCommand(
  names: readonly string[],
  { signal = "KILL" }: InstanceVerbOptions,
): Promise<number> {
  return await onEach("kill", names, async (one) => killInstance(one, signal), printName);
}

/** Holds instances; the exit status. */
async function pauseCommand(names: readonly string[]): Promise<number> {
  return await onEach("pause", names, pauseInstance, printName);
}

/** Lets instances go on; the exit status. */
async function unpauseCommand(names: readonly string[]): Promise<number> {
  return await onEach("unpause", names, resumeInstance, printName);
}

/** Removes instances; the exit status. */
async function removeCommand(
  names: readonly string[],
  { force }: InstanceVerbOptions,
): Promise<number> {
  const store = instanceStore(process.env);
  const remove = async (one: StoredInstance): Promise<void> =>
    removeInstance(store, one, force === true);
  return await onEach("rm", names, remove, printName);
}

/** Gives an instance another name; the exit status. */
async function renameCommand(instance: string, name: string): Promise<number> {
  const store = instanceStore(process.env);
  await store.rename(store.require(instance), name);
  return 0;
}

/** Removes what has ended; the exit status. */
async function pruneCommand(): Promise<number> {
  const store = instanceStore(process.env);
  let status = 0;
  const instances = store.list((error) => {
    status = reportError(error, "prune", false);
  });
  for (const instance of instances) {
    if (isLiving(instance.state.status)) continue;
    await store.remove(instance);
    print(`${instance.record.id}\n`);
  }
  await store.removeUnmade();
  return status;
}

/** Seconds of a time of grace. */
export function parseSeconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new TsukiError("usage", `${text} is no number of seconds`);
}

/** Does something to each; what fails is reported, and the others are not held up by it. */
async function onEach(
  command: string,
  names: readonly string[],
  work: (instance: StoredInstance) => Promise<void>,
  done: (name: string) => void = () => undefined,
): Promise<number> {
  const store = instanceStore(process.env);
  let status = 0;
  for (const name of names) {
    try {
      await work(store.require(name));
      done(name);
    } catch (error) {
      status = reportError(error, command, false);
    }
  }
  return status;
}

function printName(name: string): void {
  print(`${name}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}

/** What each command does with its words and options; each returns the exit status. */
export const instanceVerbs = {
  ps: listCommand,
  logs: logsCommand,
  wait: waitCommand,
  port: portCommand,
  start: startCommand,
  stop: stopCommand,
  restart: restartCommand,
  kill: killCommand,
  pause: pauseCommand,
  unpause: unpauseCommand,
  rm: removeCommand,
  rename: renameCommand,
  prune: pruneCommand,
};
