/**
 * What an image does when nobody says otherwise: arguments for the app and variables of its
 * environment, built in. Tsuki's own settings are such variables, too (`TSUKI_LISTEN` ...).
 */
export interface ImageDefaults {
  /** The program's name, and the app's arguments when it is given none. */
  readonly arguments: readonly string[];
  /** `NAME=value` each; a variable that the instance is given replaces the one of that name. */
  readonly environment: readonly string[];
}

/** What an image has that was built without any. */
export const noDefaults: ImageDefaults = { arguments: [], environment: [] };

/**
 * The record that the kernel reads at `config.defaults`: u32 argument count, u32 variable count
 * (little-endian), each argument and a NUL, each variable's name, a NUL, its value and a NUL.
 */
export function encodeImageDefaults(defaults: ImageDefaults): Uint8Array {
  const variables = new Map(defaults.environment.map(splitVariable));
  const strings = [...defaults.arguments, ...[...variables].flat()];
  const text = new TextEncoder().encode(strings.map((string) => `${string}\0`).join(""));
  const record = new Uint8Array(8 + text.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, defaults.arguments.length, true);
  view.setUint32(4, variables.size, true);
  record.set(text, 8);
  return record;
}

function splitVariable(text: string): [string, string] {
  const equals = text.indexOf("=");
  return [text.slice(0, equals), text.slice(equals + 1)];
}
