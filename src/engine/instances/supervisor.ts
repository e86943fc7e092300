/** The way to the process that holds an instance (contracts/supervisor.ts). */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { TsukiError } from "../../contracts/errors.ts";
import { controlVariable } from "../../contracts/inherited-descriptors.ts";
import {
  type SupervisorRequest,
  supervisedControl,
  supervisorVerb,
} from "../../contracts/supervisor.ts";
import {
  isolatedEnvironment,
  requiresNamespaces,
  wantsNamespaces,
} from "../../monitors/process/isolation.ts";
import { abstractName } from "../abstract-socket.ts";
import { tapNames } from "../machine-network.ts";
import { builtFile } from "../package-files.ts";
import { type InstanceRecord, imageFile } from "./instance-record.ts";
import { launch } from "./launcher.ts";
import { type Limits, makeGroups, thisGroupsHost } from "./limits.ts";

const idLength = 64;
const logBytes = 10 * 1024 * 1024;
const logFiles = 4;

/** Variables of this user's that Tsuki itself needs, where Node runs the monitor. */
const ownVariables = ["PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "SOLO5_SPT"];

/** Starts the supervisor of an instance in its folder; resolves when the instance runs. */
export async function startSupervisor(record: InstanceRecord, folder: string): Promise<void> {
  const { environment } = programOf(record, folder);
  const groups = makeGroups(record.id, limitsOf(record), thisGroupsHost());
  const program = { folder, words: supervisorWords(record, folder, groups), environment };
  const answer = await launch(program).catch((error: unknown) => String(error));
  // Another command may have started it meanwhile, which is just as well.
  if (answer === "started\n" || answer.endsWith(": runs already\n")) return;
  const why = answer.trim().replace(/^tsuki: /, "") || "its supervisor ended at once";
  throw new TsukiError("instance-failed", `${record.name} cannot be started: ${why}`);
}

/** How an instance's supervisor is called (contracts/supervisor.ts). */
export function supervisorWords(
  record: InstanceRecord,
  folder: string,
  groups: readonly string[] = [],
): readonly string[] {
  const log = [String(logBytes), String(logFiles)];
  const settings = [
    socketName(record.id),
    record.restart,
    ...log,
    healthWord(record),
    record.input ?? "-",
    groups.join(":") || "-",
    isolationWord(record),
  ];
  const { words } = programOf(record, folder);
  return [builtFile("tsuki-host"), supervisorVerb, ...settings, ...words];
}

/** An image bounds its memory by itself; this is for what it and its kernel take besides. */
const memorySlackBytes = 32 << 20;

function limitsOf(record: InstanceRecord): Limits {
  const { processors, processLimit, memoryMebibytes, monitor } = record;
  const isProcess = monitor === "process" && process.getuid?.() === 0;
  if (memoryMebibytes === undefined || !isProcess) return { processors, processLimit };
  return { processors, processLimit, memoryBytes: memoryMebibytes * 2 ** 20 + memorySlackBytes };
}

function healthWord({ health }: InstanceRecord): string {
  if (health === undefined) return "-";
  const { port, intervalMs, timeoutMs, retries, startPeriodMs, path } = health;
  return [port, intervalMs, timeoutMs, retries, startPeriodMs, path].join(" ");
}

/** Whether it is the first of a PID namespace; what Node holds has processes besides. */
function isolationWord({ monitor, environment }: InstanceRecord): string {
  if (monitor !== "process" || !wantsNamespaces(environment)) return "-";
  return requiresNamespaces(environment) ? "required" : "pid";
}

/** What the supervisor starts: the image itself, or Node with the monitor that runs it. */
function programOf(record: InstanceRecord, folder: string) {
  const control = `${controlVariable}=${supervisedControl}`;
  if (record.monitor === "process") {
    const words = processWords(record, folder);
    return { words, environment: [...isolatedEnvironment(record.environment), control] };
  }
  const words = [process.execPath, "node", builtFile("instance-runner.js")];
  const environment = ownVariables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return { words, environment: [...environment, control] };
}

/** A connection to an instance's supervisor. */
export function connectSupervisor(id: string): Socket {
  return connect(`\0${socketName(id)}`);
}

/** An image for taps is started by `tsuki-host`, which opens those. */
function processWords(record: InstanceRecord, folder: string): readonly string[] {
  const image = join(folder, imageFile);
  const taps = tapNames(record.environment);
  if (taps.length === 0) return [image, ...record.arguments];
  const [name = "app", ...rest] = record.arguments;
  return [builtFile("tsuki-host"), "tsuki-host", "tap", taps.join(","), "-a", name, image, ...rest];
}

/** Sends a request and returns the answer; undefined when no supervisor lives. */
export async function askSupervisor(
  id: string,
  request: SupervisorRequest,
): Promise<string | undefined> {
  const socket = connectSupervisor(id);
  try {
    socket.write(`${request}\n`);
    const answer = (await text(socket)).trim();
    return answer === "" ? undefined : answer;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

/** Tells of every instance of this user whether its supervisor lives: one look at the kernel's list. */
export function livingSupervisors(): (id: string) => boolean {
  const [before = ""] = socketName(" ").split(" ");
  const ids = new Set(
    readFileSync("/proc/net/unix", "utf8")
      .split(`@${before}`)
      .map((name) => name.slice(0, idLength)),
  );
  return (id) => ids.has(id);
}

function socketName(id: string): string {
  return abstractName(`instance-${id}`);
}
