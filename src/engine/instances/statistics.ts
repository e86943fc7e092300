/** What instances use, by proc(5). */
import { readFileSync } from "node:fs";
import { attempt } from "../attempt.ts";
import type { StoredInstance } from "./instance-store.ts";
import { isLiving } from "./lifecycle.ts";

/** Linux's USER_HZ on x86-64: units of times in /proc. */
const ticksPerSecond = 100;
const kibibyte = 1024;

/** What an instance has used so far, and holds now. */
export interface Usage {
  /** Seconds of processors, of monitor and guest together. */
  readonly processorSeconds: number;
  /** Resident memory of the guest; with `qemu`, QEMU's own is in it. */
  readonly memoryBytes: number;
  /** Resident memory of all that holds it: the supervisor, and Node where that is the monitor. */
  readonly monitorBytes: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
  /** Of a tap device of its own; a network that is shared with others is not counted for each. */
  readonly network: { readonly receivedBytes: number; readonly sentBytes: number } | undefined;
}

/** What an instance uses; undefined when it does not run. */
export function usageOf({ record, state }: StoredInstance): Usage | undefined {
  if (!isLiving(state.status) || state.pid === 0) return undefined;
  const supervisor = parentOf(state.pid);
  const below = descendantsOf(state.pid);
  // Where Node is the monitor, the guest is its child.
  const guests = record.monitor === "process" || below.length === 0 ? [state.pid] : below;
  const holders = [supervisor, state.pid].filter((pid) => pid > 1 && !guests.includes(pid));
  const all = [...holders, ...guests];
  return {
    processorSeconds: sum(all, processorSeconds),
    memoryBytes: sum(guests, residentBytes),
    monitorBytes: sum(holders, residentBytes),
    diskReadBytes: sum(guests, (pid) => entryOf(pid, "io", "read_bytes")),
    diskWrittenBytes: sum(guests, (pid) => entryOf(pid, "io", "write_bytes")),
    network: networkOf(record.environment),
  };
}

function sum(pids: readonly number[], value: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + value(pid), 0);
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

/** A tap's counters are the host's: what it received, the instance has sent. */
function networkOf(environment: readonly string[]): Usage["network"] {
  const setting = environment.find((entry) => entry.startsWith("TSUKI_NET=tap="));
  const [, name] = /^TSUKI_NET=tap=([\w.-]+)/.exec(setting ?? "") ?? [];
  if (name === undefined) return undefined;
  const counter = (direction: string): number => {
    const path = `/sys/class/net/${name}/statistics/${direction}_bytes`;
    return Number(attempt(() => readFileSync(path, "utf8")) ?? 0);
  };
  return { receivedBytes: counter("tx"), sentBytes: counter("rx") };
}
