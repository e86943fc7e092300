/** `tsuki stats`: what instances use. */
import { totalmem } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { StoredInstance } from "../../engine/instances/instance-store.ts";
import { shortInstanceId } from "../../engine/instances/instance-store.ts";
import { instanceStore, isLiving } from "../../engine/instances/lifecycle.ts";
import { type Usage, usageOf } from "../../engine/instances/statistics.ts";
import { formatSize, formatTable } from "./table.ts";

const periodMs = 1000;
const mebibyte = 1024 * 1024;
const clearScreen = "\u001b[H\u001b[J";

/** Options as commander gives them. */
export interface StatsOptions {
  readonly all?: boolean;
  readonly stream?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

interface Sample {
  readonly timeMs: number;
  readonly usage: Usage;
}

interface Row {
  readonly instance: StoredInstance;
  readonly usage: Usage | undefined;
  /** Of one processor, within the time since the sample before. */
  readonly processorPercent: number;
}

/** Prints what instances use, once or every second; the exit status. */
export async function statsCommand(
  names: readonly string[],
  options: StatsOptions,
): Promise<number> {
  const before = new Map<string, Sample>();
  await takeSamples(wantedInstances(names, options), before);
  for (;;) {
    await wait(periodMs);
    const rows = await takeSamples(wantedInstances(names, options), before);
    process.stdout.write(options.json === true ? jsonText(rows) : screenText(rows, options));
    if (options.stream === false) return 0;
  }
}

function wantedInstances(
  names: readonly string[],
  { all }: StatsOptions,
): readonly StoredInstance[] {
  const store = instanceStore(process.env);
  if (names.length > 0) return names.map((name) => store.require(name));
  return store.list().filter(({ state }) => all === true || isLiving(state.status));
}

async function takeSamples(
  instances: readonly StoredInstance[],
  before: Map<string, Sample>,
): Promise<Row[]> {
  const usages = await Promise.all(instances.map(usageOf));
  return instances.map((instance, index) => {
    const usage = usages[index];
    const last = before.get(instance.record.id);
    const timeMs = performance.now();
    if (usage === undefined) before.delete(instance.record.id);
    else before.set(instance.record.id, { timeMs, usage });
    const isComparable = usage !== undefined && last !== undefined;
    const seconds = isComparable ? usage.processorSeconds - last.usage.processorSeconds : 0;
    const processorPercent = isComparable ? (seconds * 100_000) / (timeMs - last.timeMs) : 0;
    return { instance, usage, processorPercent: Math.max(0, processorPercent) };
  });
}

function screenText(rows: readonly Row[], { stream }: StatsOptions): string {
  const table = formatTable(
    ["ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "MONITOR MEM", "NET I/O", "DISK I/O"],
    rows.map(rowTexts),
    process.stdout.columns,
  );
  return stream !== false && process.stdout.isTTY ? clearScreen + table : table;
}

function rowTexts({ instance, usage, processorPercent }: Row): string[] {
  const front = [shortInstanceId(instance), instance.record.name];
  if (usage === undefined) return [...front, "--", "--", "--", "--", "--", "--"];
  const { network, memoryBytes } = usage;
  const limit = limitOf(instance, usage);
  const pair = (one: number, other: number): string => `${formatSize(one)} / ${formatSize(other)}`;
  return [
    ...front,
    `${processorPercent.toFixed(2)}%`,
    pair(memoryBytes, limit),
    `${((memoryBytes / limit) * 100).toFixed(2)}%`,
    formatSize(usage.monitorBytes),
    network === undefined ? "--" : pair(network.receivedBytes, network.sentBytes),
    pair(usage.diskReadBytes, usage.diskWrittenBytes),
  ];
}

function limitOf({ record }: StoredInstance, usage: Usage | undefined): number {
  if (usage?.limitBytes !== undefined) return usage.limitBytes;
  return record.memoryMebibytes === undefined ? totalmem() : record.memoryMebibytes * mebibyte;
}

function jsonText(rows: readonly Row[]): string {
  const documents = rows.map(({ instance, usage, processorPercent }) => ({
    id: instance.record.id,
    name: instance.record.name,
    status: instance.state.status,
    processorPercent,
    ...usage,
    limitBytes: limitOf(instance, usage),
  }));
  return `${JSON.stringify(documents)}\n`;
}
