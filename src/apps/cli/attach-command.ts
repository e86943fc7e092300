/** `tsuki attach`, and `tsuki run -t`. */
import { TsukiError } from "../../contracts/errors.ts";
import { type AttachEnd, attach, resizeTerminal } from "../../engine/instances/attach.ts";
import type { StoredInstance } from "../../engine/instances/instance-store.ts";
import {
  instanceStore,
  isLiving,
  killInstance,
  waitForInstance,
} from "../../engine/instances/lifecycle.ts";
import { readLog } from "../../engine/instances/log-file.ts";
import { note } from "./report.ts";

const proxiedSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Options as commander gives them. */
export interface AttachOptions {
  readonly stdin?: boolean;
  readonly debug?: boolean;
}

/** Attaches this terminal to an instance that runs; its exit status, or 0 when the user has gone. */
export async function attachCommand(name: string, { stdin }: AttachOptions): Promise<number> {
  const instance = instanceStore(process.env).require(name);
  if (!isLiving(instance.state.status)) {
    const advice = `start it with \`tsuki start ${instance.record.name}\``;
    throw new TsukiError("instance-idle", `${name} is not running; ${advice}`);
  }
  const end = await attachHere(instance, stdin !== false);
  return await statusOf(instance, end);
}

/** Attaches to an instance that was started just now; its exit status. */
export async function attachStarted(instance: StoredInstance, withInput: boolean): Promise<number> {
  const end = await attachHere(instance, withInput);
  if (end === "lost") {
    // It was quicker than we were; what it said is in its log.
    for (const { stream, text, isWhole } of readLog(instance.folder)) {
      process[stream].write(isWhole ? `${text}\n` : text);
    }
  }
  return await statusOf(instance, end);
}

async function statusOf(instance: StoredInstance, end: AttachEnd): Promise<number> {
  if (end === "detached") {
    note(
      `${instance.record.name} runs on: \`tsuki attach ${instance.record.name}\` comes back to it`,
    );
    return 0;
  }
  if (end !== "lost") return end.status;
  const store = instanceStore(process.env);
  return await waitForInstance(store, store.require(instance.record.id));
}

async function attachHere(instance: StoredInstance, withInput: boolean): Promise<AttachEnd> {
  const { stdin, stdout, stderr } = process;
  const hasInput = withInput && instance.record.input !== undefined;
  const isTerminal = hasInput && instance.record.input === "terminal" && stdin.isTTY;
  const resize = (): void => void resizeTerminal(instance, stdout.rows, stdout.columns);
  if (isTerminal) {
    stdin.setRawMode(true);
    stdout.on("resize", resize);
    resize();
  }
  try {
    const input = hasInput ? stdin : undefined;
    return await passingSignals(instance, async () =>
      attach(instance, { stdin: input, stdout, stderr, hasKeys: isTerminal }),
    );
  } finally {
    stdout.removeListener("resize", resize);
    if (isTerminal) stdin.setRawMode(false);
    stdin.unref?.();
  }
}

/** Does work during which signals to this process go to an instance. */
export async function passingSignals<Result>(
  instance: StoredInstance,
  work: () => Promise<Result>,
): Promise<Result> {
  const pass = (signal: NodeJS.Signals): void => {
    void killInstance(instance, signal).catch(() => undefined);
  };
  for (const signal of proxiedSignals) process.on(signal, pass);
  try {
    return await work();
  } finally {
    for (const signal of proxiedSignals) process.removeListener(signal, pass);
  }
}
