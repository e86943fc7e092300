/** An instance as `tsuki inspect` shows it: by the names of Docker's API where it has one. */
import { dirname, join } from "node:path";
import { supervisorFiles } from "../../contracts/supervisor.ts";
import { wantsNamespaces } from "../../monitors/process/isolation.ts";
import { type InstanceRecord, imageFile } from "./instance-record.ts";
import type { StoredInstance } from "./instance-store.ts";
import { isolationOf } from "./isolation.ts";
import { healthOf } from "./kernel-reports.ts";
import { thisGroupsHost, wasOutOfMemory } from "./limits.ts";

const mebibyte = 1024 * 1024;
const killedStatus = 137;
const notYet = "0001-01-01T00:00:00Z";

/** All there is to know of an instance (Docker Engine API, ContainerInspect), and how its kernel is. */
export async function describeInstance(instance: StoredInstance): Promise<object> {
  const { record, state, folder } = instance;
  const [name = "", ...words] = record.arguments;
  const { restart } = record;
  const kernel = await healthOf(instance);
  return {
    Id: record.id,
    Created: record.created,
    Path: name,
    Args: words,
    State: {
      Status: state.status,
      Running: state.status === "running" || state.status === "paused",
      Paused: state.status === "paused",
      Restarting: state.status === "restarting",
      Pid: state.pid,
      ExitCode: state.exitStatus ?? 0,
      OOMKilled: state.exitStatus === killedStatus && wasOutOfMemory(record.id, thisGroupsHost()),
      Error: state.reason,
      StartedAt: timeOf(state.startedMs),
      FinishedAt: timeOf(state.finishedMs),
      Health: { Status: state.health },
      Kernel: { Status: kernel?.state ?? "", Turns: kernel?.turns ?? 0 },
    },
    Image: record.image,
    ImagePath: join(folder, imageFile),
    LogPath: join(folder, supervisorFiles.log),
    LostLogBytes: state.lostLogBytes,
    Name: record.name,
    RestartCount: state.restarts,
    Monitor: record.monitor,
    Machine: record.monitor === "qemu" ? record.machine : "",
    Isolation: describeIsolation(record, state.pid),
    Accelerator: record.monitor === "qemu" ? record.accelerator : "",
    NetworkSettings: { Networks: await describeNetworks(instance) },
    Config: {
      Env: record.environment,
      Labels: record.labels,
      OpenStdin: record.input !== undefined,
      Tty: record.input === "terminal",
      Healthcheck: record.health ?? null,
      StopTimeout: record.stopTimeoutSeconds,
    },
    HostConfig: {
      AutoRemove: record.isTemporary,
      NanoCpus: Math.round((record.processors ?? 0) * 1e9),
      Memory: (record.memoryMebibytes ?? 0) * mebibyte,
      PidsLimit: record.processLimit ?? 0,
      Ports: record.ports,
      RestartPolicy: {
        Name: restart === "always" ? "always" : restart === "0" ? "no" : "on-failure",
        MaximumRetryCount: restart === "always" ? 0 : Number(restart),
      },
    },
  };
}

async function describeNetworks({ record, folder }: StoredInstance): Promise<object> {
  if (record.networks === undefined) return {};
  const { describePlaces } = await import("../networks/instance-places.ts");
  return describePlaces(dirname(folder), record.networks);
}

function describeIsolation({ monitor, environment }: InstanceRecord, pid: number): object | null {
  if (monitor !== "process") return null;
  return isolationOf(pid, wantsNamespaces(environment)) ?? null;
}

function timeOf(timeMs: number | undefined): string {
  return timeMs === undefined ? notYet : new Date(timeMs).toISOString();
}
