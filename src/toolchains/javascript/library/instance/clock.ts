/** The clock, and the moment of the instance's start. */
import { onInstance } from "../dispatch.ts";
import { engine } from "../engine.ts";

let startedAt: number | undefined;
let origin = 0;

onInstance({
  start() {
    startedAt = engine.monotonicTime();
    origin = engine.wallTime();
  },
});

/** Whether this is an instance, and not the build of an image. */
export function hasStarted(): boolean {
  return startedAt !== undefined;
}

/** Milliseconds since the instance started. */
export function now(): number {
  return engine.monotonicTime() - (startedAt ?? 0);
}

/** When the instance started, in milliseconds since 1970. */
export function timeOrigin(): number {
  // During a build nobody may ask; the engine function says so.
  return startedAt === undefined ? engine.wallTime() : origin;
}
