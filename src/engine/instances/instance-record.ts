/** What an instance is, as its folder's `instance.json` says. */
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { TsukiError } from "../../contracts/errors.ts";
import { type MonitorName, monitorNames } from "../../monitors/interface.ts";
import { type Accelerator, type MachineType, machineTypes } from "../../monitors/qemu/command.ts";

const texts = Type.Array(Type.String());

const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)));

const record = Type.Object({
  version: Type.Literal(1),
  id: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  name: Type.String(),
  /** What the user named: an image of the store, or a source. */
  image: Type.String(),
  /** ISO 8601. */
  created: Type.String(),
  monitor: Type.Unsafe<MonitorName>(oneOf(monitorNames)),
  /** What QEMU plays, and what executes the guest there. */
  machine: Type.Unsafe<MachineType>(oneOf(machineTypes)),
  accelerator: Type.Unsafe<Accelerator>(oneOf(["kvm", "tcg"])),
  memoryMebibytes: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The program's name and its arguments. */
  arguments: texts,
  environment: texts,
  /** A number of restarts or `always`. */
  restart: Type.String({ pattern: "^(always|\\d{1,9})$" }),
  stopTimeoutSeconds: Type.Integer({ minimum: 0, maximum: 999_999 }),
  /** Whether it is removed once it has ended. */
  isTemporary: Type.Boolean(),
  ports: texts,
  /** Names of the volumes that are mounted. */
  volumes: Type.Optional(texts),
  labels: Type.Record(Type.String(), Type.String()),
});

/** The file with it in an instance's folder. */
export const recordFile = "instance.json";

/** The file with the instance's own image. */
export const imageFile = "image";

/** One instance's settings. */
export type InstanceRecord = Static<typeof record>;

/** Reads a record; `path` names it in messages. Throws `instance-damaged`. */
export function parseInstanceRecord(text: string, path: string): InstanceRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(path, "is no JSON document", error);
  }
  if (Value.Check(record, value)) return value;
  const [problem] = Value.Errors(record, value);
  throw damaged(path, `${problem?.instancePath || "/"} ${problem?.message ?? "is malformed"}`);
}

function damaged(path: string, problem: string, cause?: unknown): TsukiError {
  const advice = "remove the folder that it lies in, and create the instance again";
  return new TsukiError("instance-damaged", `${path}: ${problem}; ${advice}`, { cause });
}
