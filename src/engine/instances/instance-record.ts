/** What an instance is, as its folder's `instance.json` says. */
import { TsukiError } from "../../contracts/errors.ts";
import { type MonitorName, monitorNames } from "../../monitors/interface.ts";
import { type Accelerator, type MachineType, machineTypes } from "../../monitors/qemu/command.ts";

/** The file with it in an instance's folder. */
export const recordFile = "instance.json";

/** The file with the instance's own image. */
export const imageFile = "image";

/** One instance's settings. */
export interface InstanceRecord {
  readonly version: 1;
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  /** What the user named: an image of the store, or a source. */
  readonly image: string;
  /** ISO 8601. */
  readonly created: string;
  readonly monitor: MonitorName;
  /** What QEMU plays, and what executes the guest there. */
  readonly machine: MachineType;
  readonly accelerator: Accelerator;
  readonly memoryMebibytes?: number | undefined;
  /** The program's name and its arguments. */
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  /** A number of restarts or `always`. */
  readonly restart: string;
  readonly stopTimeoutSeconds: number;
  /** Whether it is removed once it has ended. */
  readonly isTemporary: boolean;
  readonly ports: readonly string[];
  /** Its places in networks, a card each. */
  readonly networks?: readonly NetworkPlace[] | undefined;
  /** Names of the volumes that are mounted. */
  readonly volumes?: readonly string[] | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly health?: HealthCheck | undefined;
  /** How many processors' time its processes have together; any when undefined. */
  readonly processors?: number | undefined;
  /** How many processes and threads these may be; any when undefined. */
  readonly processLimit?: number | undefined;
  /** Where its input comes from, if it has any. */
  readonly input?: "pipe" | "terminal" | undefined;
}

/** What its supervisor asks it for, to know how it is. */
export interface HealthCheck {
  /** A port of this host. */
  readonly port: number;
  /** What is got there by HTTP. */
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures one after the other that make it unhealthy. */
  readonly retries: number;
  /** Time after its start in which failures do not count. */
  readonly startPeriodMs: number;
}

/** An instance's place in a network. */
export interface NetworkPlace {
  readonly name: string;
  /** The network's id. */
  readonly id: string;
  /** The instance's number there. */
  readonly host: number;
  /** Ports of the host, `8080:80` each. */
  readonly publish: readonly string[];
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);

const isNumber =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

const isOneOf =
  (names: readonly unknown[]): Check =>
  (value) =>
    names.includes(value);

const isLike =
  (form: RegExp): Check =>
  (value) =>
    typeof value === "string" && form.test(value);

const orNothing =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const isDuration = isNumber(0, 86_400_000);

const healthChecks: { readonly [Name in keyof HealthCheck]: Check } = {
  port: isNumber(1, 0xffff),
  path: isLike(/^\/[!-~]{0,500}$/),
  intervalMs: isDuration,
  timeoutMs: isDuration,
  retries: isNumber(1, 1000),
  startPeriodMs: isDuration,
};

const isHealthCheck: Check = (value) =>
  isObject(value) && Object.entries(healthChecks).every(([name, check]) => check(value[name]));

/** By hand, because `tsuki ps` reads a thousand of them: a schema's interpreter takes 100 ms for these. */
const checks: { readonly [Name in keyof Required<InstanceRecord>]: Check } = {
  version: isOneOf([1]),
  id: isLike(/^[0-9a-f]{64}$/),
  name: isText,
  image: isText,
  created: isText,
  monitor: isOneOf(monitorNames),
  machine: isOneOf(machineTypes),
  accelerator: isOneOf(["kvm", "tcg"]),
  memoryMebibytes: orNothing(isNumber(1, 4096)),
  arguments: isTexts,
  environment: isTexts,
  restart: isLike(/^(?:always|\d{1,9})$/),
  stopTimeoutSeconds: isNumber(0, 999_999),
  isTemporary: (value) => typeof value === "boolean",
  ports: isTexts,
  networks: orNothing((value) => Array.isArray(value) && value.every(isPlace)),
  volumes: orNothing(isTexts),
  labels: (value) => isObject(value) && Object.values(value).every(isText),
  health: orNothing(isHealthCheck),
  processors: orNothing((value) => typeof value === "number" && value > 0 && value <= 4096),
  processLimit: orNothing(isNumber(1, 4_194_304)),
  input: orNothing(isOneOf(["pipe", "terminal"])),
};

function isPlace(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, id, host, publish } = value;
  return isText(name) && isText(id) && isNumber(2, 65_534)(host) && isTexts(publish);
}

/** Reads a record; `path` names it in messages. Throws `instance-damaged`. */
export function parseInstanceRecord(text: string, path: string): InstanceRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(path, "is no JSON document", error);
  }
  if (!isObject(value)) throw damaged(path, "is no object");
  for (const [name, check] of Object.entries(checks)) {
    if (!check(value[name])) throw damaged(path, `${name} is missing or malformed`);
  }
  return value as object as InstanceRecord;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(path: string, problem: string, cause?: unknown): TsukiError {
  const advice = "remove the folder that it lies in, and create the instance again";
  return new TsukiError("instance-damaged", `${path}: ${problem}; ${advice}`, { cause });
}
