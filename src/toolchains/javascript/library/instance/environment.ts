/** The instance's environment. */
import { engine } from "../engine.ts";

let known: Record<string, string> | undefined;

/** The variables by name; one object for everybody, which programs may change. */
export function environment(): Record<string, string> {
  known ??= Object.fromEntries(
    engine.environment().map((entry) => {
      const equals = entry.indexOf("=");
      return equals < 0 ? [entry, ""] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
  return known;
}
