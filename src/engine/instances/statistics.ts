/** What instances use, by proc(5) and by their kernels' own reports. */
import { readFileSync } from "node:fs";
import type { MetricsReport } from "../../monitors/reports.ts";
import { attempt } from "../attempt.ts";
import type { StoredInstance } from "./instance-store.ts";
import { metricsOf } from "./kernel-reports.ts";
import { isLiving } from "./lifecycle.ts";

/** Linux's USER_HZ on x86-64: units of times in /proc. */
const ticksPerSecond = 100;
const kibibyte = 1024;

/** What an instance has used so far, and holds now. */
export interface Usage {
  /** Seconds of processors, of monitor and guest together. */
  readonly processorSeconds: number;
  /** What the guest has taken: of a process its resident memory, else by its kernel's own count. */
  readonly memoryBytes: number;
  /** What there is for the guest, where its kernel says so: of a machine, not of a process. */
  readonly limitBytes: number | undefined;
  /** Resident memory of all else that holds it: the supervisor, Node and QEMU. */
  readonly monitorBytes: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
  /** Of a network of its own; sockets of the host's are not counted for each process. */
  readonly network: { readonly receivedBytes: number; readonly sentBytes: number } | undefined;
}

/** What an instance uses; undefined when it does not run. */
export async function usageOf(instance: StoredInstance): Promise<Usage | undefined> {
  const { record, state } = instance;
  if (!isLiving(state.status) || state.pid === 0) return undefined;
  const metrics = await metricsOf(instance);
  const supervisor = parentOf(state.pid);
  const below = descendantsOf(state.pid);
  // Where Node is the monitor, the guest is its child.
  const guests = record.monitor === "process" || below.length === 0 ? [state.pid] : below;
  const holders = [supervisor, state.pid].filter((pid) => pid > 1 && !guests.includes(pid));
  const all = [...holders, ...guests];
  // A process's pages are Linux's to count; a machine's are the monitor's, touched or not.
  const machine = record.monitor === "process" ? undefined : metrics;
  const memoryBytes = machine?.memoryUsedBytes ?? sum(guests, residentBytes);
  return {
    processorSeconds: sum(all, processorSeconds),
    memoryBytes,
    limitBytes: machine?.memoryBytes,
    monitorBytes: Math.max(0, sum(all, residentBytes) - memoryBytes),
    ...diskOf(metrics, guests),
    network: networkOf(record.environment, metrics),
  };
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function readProcess(pid: number, name: string): string {
  return attempt(() => readFileSync(`/proc/${pid}/${name}`, "utf8")) ?? "";
}

/** The fields of /proc/PID/stat behind the program's name, which may hold anything. */
function fieldsOf(pid: number): readonly string[] {
  const text = readProcess(pid, "stat");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1] ?? 0);
}

function processorSeconds(pid: number): number {
  const [user = 0, system = 0] = fieldsOf(pid).slice(11, 13).map(Number);
  return (user + system) / ticksPerSecond;
}

function residentBytes(pid: number): number {
  return entryOf(pid, "status", "VmRSS") * kibibyte;
}

function entryOf(pid: number, file: string, name: string): number {
  const text = readProcess(pid, file);
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
}

function descendantsOf(pid: number): readonly number[] {
  const text = readProcess(pid, `task/${pid}/children`).trim();
  const children = text === "" ? [] : text.split(" ").map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** A guest without disks of its own has files of the host's, whose traffic Linux counts. */
function diskOf(
  metrics: MetricsReport | undefined,
  guests: readonly number[],
): Pick<Usage, "diskReadBytes" | "diskWrittenBytes"> {
  const disks = metrics?.disks ?? [];
  if (disks.length > 0) {
    return {
      diskReadBytes: sum(disks, ({ readBytes }) => readBytes),
      diskWrittenBytes: sum(disks, ({ writtenBytes }) => writtenBytes),
    };
  }
  return {
    diskReadBytes: sum(guests, (pid) => entryOf(pid, "io", "read_bytes")),
    diskWrittenBytes: sum(guests, (pid) => entryOf(pid, "io", "write_bytes")),
  };
}

/** A tap's counters are the host's: what it received, the instance has sent. */
function networkOf(
  environment: readonly string[],
  metrics: MetricsReport | undefined,
): Usage["network"] {
  const devices = metrics?.networkDevices ?? [];
  if (devices.length > 0) {
    return {
      receivedBytes: sum(devices, ({ receivedBytes }) => receivedBytes),
      sentBytes: sum(devices, ({ sentBytes }) => sentBytes),
    };
  }
  const setting = environment.find((entry) => entry.startsWith("TSUKI_NET=tap="));
  const [, name] = /^TSUKI_NET=tap=([\w.-]+)/.exec(setting ?? "") ?? [];
  if (name === undefined) return undefined;
  const counter = (direction: string): number => {
    const path = `/sys/class/net/${name}/statistics/${direction}_bytes`;
    return Number(attempt(() => readFileSync(path, "utf8")) ?? 0);
  };
  return { receivedBytes: counter("tx"), sentBytes: counter("rx") };
}
