/** Finds what a C or C++ source may include, without preprocessing it. */

/** The includes that a source names; more than are used, where `#if` leaves some out. */
export interface Includes {
  /** Names in quotes: searched beside the including file first. */
  readonly quoted: readonly string[];
  /** Names in angle brackets: searched in the include folders only. */
  readonly angled: readonly string[];
  /** Whether a name is computed by a macro, so that it cannot be known here. */
  readonly computed: boolean;
}

const directive = /^[ \t]*#[ \t]*(?:include|include_next|import|embed)\b[ \t]*(\S.*)?$/gm;
const query = /\b__has_(?:include|include_next|embed)[ \t]*\([ \t]*("[^"\n]+"|<[^>\n]+>)/g;

/** Scans the text of one source file (ISO C 6.10.2; line splices inside a directive are joined). */
export function scanIncludes(text: string): Includes {
  const quoted = new Set<string>();
  const angled = new Set<string>();
  let computed = false;
  const joined = text.replace(/\\\r?\n/g, "");
  for (const [, operand = ""] of joined.matchAll(directive)) {
    const quote = /^"([^"]+)"/.exec(operand)?.[1];
    const angle = /^<([^>]+)>/.exec(operand)?.[1];
    if (quote !== undefined) quoted.add(quote);
    else if (angle !== undefined) angled.add(angle);
    else if (/^[A-Za-z_]/.test(operand)) computed = true;
  }
  for (const [, operand = ""] of joined.matchAll(query)) {
    (operand.startsWith('"') ? quoted : angled).add(operand.slice(1, -1));
  }
  return { quoted: [...quoted], angled: [...angled], computed };
}

const parentName =
  /(#[ \t]*(?:include|include_next|import|embed)\b[ \t]*|\b__has_(?:include|include_next|embed)[ \t]*\([ \t]*)"([^"\n]*\.\.\/[^"\n]*)"/g;

/** Replaces each quoted name that climbs with `..` by what `rename` makes of it. */
export function renameClimbing(text: string, rename: (name: string) => string): string {
  return text.replace(
    parentName,
    (_all, before: string, name: string) => `${before}"${rename(name)}"`,
  );
}
