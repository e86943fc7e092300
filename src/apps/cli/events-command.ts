/** `tsuki events`: what happens to instances, while it happens. */

import { attempt } from "../../engine/attempt.ts";
import { followEvents, type InstanceEvent } from "../../engine/instances/events.ts";
import { instanceStore } from "../../engine/instances/lifecycle.ts";
import { isTimeWithin, parseTime } from "./time.ts";

/** Options as commander gives them. */
export interface EventsOptions {
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Prints events until a time or a signal comes; the exit status. */
export async function eventsCommand(options: EventsOptions): Promise<number> {
  const now = new Date().toISOString();
  const isWanted = isTimeWithin(options.since ?? now, options.until);
  const store = instanceStore(process.env);
  const names = new Map<string, string>();
  for await (const event of followEvents(store.folder, endOf(options))) {
    const { name = names.get(event.id) ?? nameOf(event.id) } = event.attributes;
    names.set(event.id, name);
    if (!isWanted(event)) continue;
    const text = options.json === true ? jsonLine(event, name) : plainLine(event, name);
    process.stdout.write(`${text}\n`);
  }
  return 0;

  function nameOf(id: string): string {
    return attempt(() => store.require(id).record.name) ?? "";
  }
}

/** Settled when nothing more is wanted: at `--until`, or when somebody has had enough. */
async function endOf({ until }: EventsOptions): Promise<void> {
  await new Promise<void>((settle) => {
    process.once("SIGINT", settle);
    process.once("SIGTERM", settle);
    process.stdout.once("error", () => settle());
    if (until !== undefined) setTimeout(settle, Math.max(0, parseTime(until) - Date.now()));
  });
}

function plainLine({ time, id, action, attributes }: InstanceEvent, name: string): string {
  const values = Object.entries({ ...attributes, name });
  return `${time} ${action} ${id} (${values.map(([key, value]) => `${key}=${value}`).join(", ")})`;
}

function jsonLine({ time, id, action, attributes }: InstanceEvent, name: string): string {
  return JSON.stringify({ time, action, id, name, attributes });
}
