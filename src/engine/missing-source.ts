/** What to say of a source that is not there: most often its name was misspelt. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { TsukiError } from "../contracts/errors.ts";
import { parseReference } from "./store/reference.ts";

/** Names that are further from one another are taken for different ones. */
const editLimit = 2;

/** The error of a source that cannot be read; `path` is absolute. */
export function missingSource(path: string, workingDirectory: string): TsukiError {
  const name = relative(workingDirectory, path) || path;
  if (existsSync(path)) {
    return new TsukiError("source-missing", `${name}: it is there, and cannot be read`);
  }
  const meant = nearestName(path);
  if (meant !== undefined) {
    const place = relative(workingDirectory, join(dirname(path), meant));
    return new TsukiError("source-missing", `${name}: no such file; did you mean ${place}?`);
  }
  const mayBeImage = !/\.[a-z]+$/.test(name) && parseReference(name) !== undefined;
  const image = mayBeImage ? ", and no image of that name (`tsuki images` lists them)" : "";
  return new TsukiError("source-missing", `${name}: no such file${image}`);
}

/** The file beside a missing one that is called most nearly so. */
function nearestName(path: string): string | undefined {
  const wanted = basename(path);
  const ranked = filesIn(dirname(path))
    .map((name) => ({ name, edits: differenceOf(wanted, name) }))
    .filter(({ edits }) => edits <= editLimit && edits * 3 <= wanted.length)
    .sort((one, other) => one.edits - other.edits);
  return ranked[0]?.name;
}

function filesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** How few letters have to be put in, taken out or replaced; a missing ending counts as one. */
function differenceOf(wanted: string, name: string): number {
  const stem = name.replace(/(?:\.as)?\.[^.]+$/, "");
  return Math.min(editsBetween(wanted, name), 1 + editsBetween(wanted, stem));
}

/** Levenshtein's distance of two texts, row by row. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (let column = 1; column < row.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
