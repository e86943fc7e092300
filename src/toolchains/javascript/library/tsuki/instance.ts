/** tsuki:instance: what an instance knows of itself. */
import { engine } from "../engine.ts";
import { now } from "../instance/clock.ts";
import { environment } from "../instance/environment.ts";

/** What the image is and where it runs. */
export interface Facts {
  readonly platform: "linux" | "node" | "pc" | "solo5";
  readonly [name: string]: unknown;
}

/** What the image is and where it runs. */
export function facts(): Facts {
  return JSON.parse(engine.facts()) as Facts;
}

/** The arguments of the program, without its name. */
function programArguments(): string[] {
  return engine.arguments().slice(1);
}

/** Ends the instance with a status. */
export function exit(status = 0): never {
  engine.exit(status);
  throw new Error("the instance has ended");
}

/** Milliseconds since the instance's start. */
export function uptime(): number {
  return now();
}

export { environment, programArguments as arguments };
