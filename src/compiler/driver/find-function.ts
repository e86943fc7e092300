import { TsukiError } from "../../contracts/errors.ts";
import type { Module } from "../wasm/module.ts";
import { functionName } from "../wasm/names.ts";

const suggestions = 3;

/**
 * The index of the function with a body that a user means: by its name, else its export's, else its
 * index. Throws `function-missing` with the nearest names.
 */
export function findFunction(module: Module, wanted: string): number {
  const names = namesByFunction(module);
  const exported = module.exports.find(({ kind, name }) => kind === "function" && name === wanted);
  const candidates = [
    ...[...names].filter(([, name]) => name === wanted).map(([index]) => index),
    ...(exported === undefined ? [] : [exported.index]),
    ...(/^\d+$/.test(wanted) ? [Number(wanted)] : []),
  ];
  const found = candidates.find((index) => names.has(index));
  if (found !== undefined) return found;
  const near = nearest(wanted, [...names.values()]);
  const isImported = module.functions.some(
    (fn, index) =>
      fn.import !== undefined &&
      (fn.import.name === wanted || wanted === functionName(module, index)),
  );
  const why = isImported
    ? `the function ${wanted} is imported and has no code`
    : `there is no function ${wanted}`;
  const hint =
    near.length === 0 ? "" : `; near it ${near.length === 1 ? "is" : "are"} ${near.join(", ")}`;
  throw new TsukiError("function-missing", `${why}${hint} (--list shows all)`);
}

function namesByFunction(module: Module): Map<number, string> {
  return new Map(
    module.functions.flatMap(({ body }, index) =>
      body === undefined ? [] : [[index, functionName(module, index)] as const],
    ),
  );
}

/** The names that differ least, those that contain what is wanted before all others. */
function nearest(wanted: string, names: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return names
    .map((name) => ({ name, distance: distanceOf(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((one, other) => one.distance - other.distance || one.name.localeCompare(other.name, "en"))
    .slice(0, suggestions)
    .map(({ name }) => name);
}

/** Levenshtein's distance; 1 where one name contains the other. */
function distanceOf(one: string, other: string): number {
  if (one !== "" && other.includes(one)) return 1;
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line++) {
    const next = [line];
    for (let column = 1; column <= other.length; column++) {
      const substituted = (row[column - 1] ?? 0) + Number(one[line - 1] !== other[column - 1]);
      next.push(Math.min(substituted, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
