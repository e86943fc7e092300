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
import { describePort } from "../../engine/machine-network.ts";
import type { InstanceVerbOptions } from "./define-instance-verbs.ts";
import { reportError } from "./report.ts";
import { formatAge, formatTable } from "./table.ts";
import { parseTemplate } from "./template.ts";
import { isTimeWithin } from "./time.ts";

/** Lists instances; the exit status. */
async function listCommand(options: InstanceVerbOptions): Promise<number> {
  let status = 0;
  const all = await listInstances(instanceStore(process.env), (error) => {
    status = reportError(error, "ps", options.debug === true);
  });
  const { filter = [], format } = options;
  const isWanted = parseFilters(filter);
  const isAll = options.all === true || filter.some((text) => text.startsWith("status="));
  const instances = all.filter((one) => (isAll || isLiving(one.state.status)) && isWanted(one));
  const idOf = (one: StoredInstance): string =>
    options.trunc === false ? one.record.id : shortInstanceId(one);
  if (format !== undefined) {
    const template = parseTemplate(format);
    print(instances.map((one) => `${template(toFormatted(one, idOf(one)))}\n`).join(""));
  } else if (options.quiet === true) print(instances.map((one) => `${idOf(one)}\n`).join(""));
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
      portsOf(one),
      one.record.name,
    ]),
    process.stdout.columns,
  );
}

/** `0.0.0.0:8080->80/tcp`, as container engines say it. */
function portsOf({ record }: StoredInstance): string {
  const ports = record.ports.map(describePort);
  return ports.map(({ guest, host }) => `${host}->${guest}`).join(", ");
}

/** By the names of `docker ps --format`. */
function toFormatted(instance: StoredInstance, id: string): object {
  const { record, state } = instance;
  return {
    ID: id,
    Image: record.image,
    Monitor: record.monitor,
    CreatedAt: record.created,
    RunningFor: formatAge(record.created, Date.now()),
    Status: describeState(instance),
    State: state.status,
    Health: state.health,
    Ports: portsOf(instance),
    Names: record.name,
    Labels: record.labels,
  };
}

/** What `--filter` asks for; all of it has to be so. Throws `usage`. */
function parseFilters(texts: readonly string[]): (instance: StoredInstance) => boolean {
  const tests = texts.map(parseFilter);
  return (instance) => tests.every((test) => test(instance));
}

function parseFilter(text: string): (instance: StoredInstance) => boolean {
  const [, name, value = ""] = /^(\w+)=(.+)$/s.exec(text) ?? [];
  switch (name) {
    case "status":
      return ({ state }) => state.status === value;
    case "health":
      return ({ state }) => state.health === value;
    case "name":
      return ({ record }) => record.name.includes(value);
    case "label": {
      const [label = "", ...rest] = value.split("=");
      const wanted = rest.length === 0 ? undefined : rest.join("=");
      return ({ record: { labels } }) =>
        Object.hasOwn(labels, label) && (wanted === undefined || labels[label] === wanted);
    }
    default:
      throw new TsukiError(
        "usage",
        `--filter ${text}: write status, health, name or label = value`,
      );
  }
}

/** `Up 2 minutes`, `Exited (0) 3 seconds ago`, as container engines say it. */
function describeState({ state }: StoredInstance): string {
  const ago = (timeMs: number | undefined): string => formatAge(timeMs ?? Number.NaN, Date.now());
  const up = ago(state.startedMs).replace(/ ago$/, "");
  switch (state.status) {
    case "created":
      return "Created";
    case "running":
      return state.health === "none" ? `Up ${up}` : `Up ${up} (${state.health})`;
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
  const isWanted = isTimeWithin(options.since, options.until);
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

/** Prints where an instance's ports are on the host, or one of them; the exit status. */
async function portCommand(
  name: string,
  wanted: string | undefined,
  { json }: InstanceVerbOptions,
): Promise<number> {
  const all = instanceStore(process.env).require(name).record.ports.map(describePort);
  if (wanted === undefined) {
    const lines = all.map(({ guest, host }) => `${guest} -> ${host}\n`);
    print(json === true ? `${JSON.stringify(all)}\n` : lines.join(""));
    return 0;
  }
  const guest = wanted.includes("/") ? wanted : `${wanted}/tcp`;
  const ports = all.filter((port) => port.guest === guest);
  if (ports.length === 0) throw new TsukiError("usage", `${name} has no port ${guest} published`);
  print(
    json === true ? `${JSON.stringify(ports)}\n` : ports.map(({ host }) => `${host}\n`).join(""),
  );
  return 0;
}

/** Starts instances; the exit status. With `attach` it is the one's own. */
async function startCommand(
  names: readonly string[],
  options: InstanceVerbOptions,
): Promise<number> {
  if (options.attach === true || options.interactive === true) {
    const [name, ...more] = names;
    if (name === undefined || more.length > 0) {
      throw new TsukiError("usage", "-a is for one instance; name no more");
    }
    return await startAttached(name, options);
  }
  return await onEach("start", names, startInstance, printName);
}

async function startAttached(name: string, options: InstanceVerbOptions): Promise<number> {
  const { attachStarted, passingSignals } = await import("./attach-command.ts");
  const store = instanceStore(process.env);
  const since = new Date().toISOString();
  await startInstance(store.require(name));
  const instance = store.require(name);
  if (instance.record.input !== undefined) {
    return await attachStarted(instance, options.interactive === true);
  }
  return await passingSignals(instance, async () => {
    await logsCommand(name, { follow: true, since });
    return await waitForInstance(store, instance);
  });
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
    await removeInstance(store, instance, false);
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
