/** What happens to instances: lines of one file, to which supervisors and commands append. */
import { appendFileSync, renameSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { eventsFile, type SupervisorEvent } from "../../contracts/supervisor.ts";
import { attempt } from "../attempt.ts";
import { followFile, GrowingFile } from "./growing-file.ts";

const sizeLimitBytes = 4 * 1024 * 1024;
const lineForm = /^(\S{30}) ([0-9a-f]{64}) ([a-z_]+)((?: [a-z]+=\S*)*)$/;

/** What commands note; supervisors note the rest. */
type CommandEvent = "create" | "rename" | "destroy";

/** Something that happened. */
export interface InstanceEvent {
  /** RFC 3339, with nanoseconds. */
  readonly time: string;
  readonly id: string;
  readonly action: CommandEvent | SupervisorEvent;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Reads a line; undefined for what is none, such as half of one after a power cut. */
export function parseEvent(line: string): InstanceEvent | undefined {
  const [, time, id, action, words = ""] = lineForm.exec(line) ?? [];
  if (time === undefined || id === undefined || action === undefined) return undefined;
  const attributes = words
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => word.split("=") as [string, string])
    .map(([name, value]) => [name, attempt(() => decodeURIComponent(value)) ?? value] as const);
  return {
    time,
    id,
    action: action as InstanceEvent["action"],
    attributes: Object.fromEntries(attributes),
  };
}

/** Notes what a command did; a full disk does not stand in its way. `folder` is that of all instances. */
export function noteEvent(
  folder: string,
  id: string,
  action: CommandEvent,
  attributes: Readonly<Record<string, string>>,
): void {
  const path = join(folder, eventsFile);
  const words = Object.entries(attributes).map(
    ([name, value]) => ` ${name}=${encodeURIComponent(value)}`,
  );
  const time = new Date().toISOString().replace("Z", "000000Z");
  attempt(() => {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > sizeLimitBytes) renameSync(path, `${path}.1`);
    appendFileSync(path, `${time} ${id} ${action}${words.join("")}\n`, { mode: 0o600 });
  });
}

/** The events that there are, the oldest first, and those that come until `ended` is settled. */
export async function* followEvents(
  folder: string,
  ended: Promise<unknown>,
): AsyncGenerator<InstanceEvent> {
  const older = new GrowingFile(join(folder, `${eventsFile}.1`));
  yield* eventsIn(older.read());
  older.close();
  const watchFolder = (wake: () => void) => {
    const watcher = attempt(() => watch(folder, wake));
    return () => watcher?.close();
  };
  for await (const line of followFile(join(folder, eventsFile), watchFolder, ended)) {
    yield* eventsIn([line]);
  }
}

function* eventsIn(lines: Iterable<string>): Generator<InstanceEvent> {
  for (const line of lines) {
    const event = parseEvent(line);
    if (event !== undefined) yield event;
  }
}
