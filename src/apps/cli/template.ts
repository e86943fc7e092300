/** Templates of `--format`: the part of Go's text/template that users of container engines write. */
import { TsukiError } from "../../contracts/errors.ts";

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly words: readonly string[] }
  | {
      readonly kind: "range" | "if";
      readonly words: readonly string[];
      readonly parts: readonly Part[];
      readonly otherwise: readonly Part[];
    };

/** A template that was read. */
export type Template = (value: unknown) => string;

/**
 * Reads a template: `{{.State.Status}}`, `{{json .}}`, `{{index .Config.Labels "name"}}`, `{{len .X}}`,
 * `upper`, `lower`, `println`, `{{range .X}}...{{else}}...{{end}}` and `{{if .X}}` alike. Throws `usage`; so
 * does what it returns, where a value has no such member.
 */
export function parseTemplate(text: string): Template {
  const pieces = text.split(/\{\{-?\s*(.*?)\s*-?\}\}/s);
  const reader = new TemplateReader(pieces);
  const parts = reader.read([]);
  return (value) => render(parts, value);
}

/** Pieces are text and actions by turns. */
class TemplateReader {
  readonly #pieces: readonly string[];
  #at = 0;

  constructor(pieces: readonly string[]) {
    this.#pieces = pieces;
  }

  /** Reads to the action that is one of `ends`, or to the end where there is none. */
  read(ends: readonly string[]): Part[] {
    const parts: Part[] = [];
    for (; this.#at < this.#pieces.length; this.#at++) {
      const piece = this.#pieces[this.#at] ?? "";
      if (this.#at % 2 === 0) {
        if (/\{\{|\}\}/.test(piece)) throw malformed("a {{ or }} stands alone");
        parts.push({ kind: "text", text: piece });
      } else if (ends.includes(piece)) {
        return parts;
      } else {
        parts.push(this.#readAction(piece));
      }
    }
    if (ends.length > 0) throw malformed("{{end}} is missing");
    return parts;
  }

  #readAction(piece: string): Part {
    const [name = "", ...words] = piece.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
    if (name === "end" || name === "else") throw malformed(`{{${name}}} has no beginning`);
    if (name !== "range" && name !== "if") return { kind: "value", words: [name, ...words] };
    this.#at++;
    const parts = this.read(["else", "end"]);
    if (this.#pieces[this.#at] === "end") return { kind: name, words, parts, otherwise: [] };
    this.#at++;
    return { kind: name, words, parts, otherwise: this.read(["end"]) };
  }
}

function render(parts: readonly Part[], value: unknown): string {
  return parts.map((part) => renderPart(part, value)).join("");
}

function renderPart(part: Part, value: unknown): string {
  if (part.kind === "text") return part.text;
  const result = evaluate(part.words, value);
  if (part.kind === "value") return format(result);
  if (part.kind === "if") return render(isTrue(result) ? part.parts : part.otherwise, value);
  const items = isObject(result) ? Object.values(result) : [];
  if (items.length === 0) return render(part.otherwise, value);
  return items.map((item) => render(part.parts, item)).join("");
}

const functions: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  json: ([value]) => JSON.stringify(value ?? null),
  len: ([value]) => (isObject(value) ? Object.keys(value).length : format(value).length),
  upper: ([value]) => format(value).toUpperCase(),
  lower: ([value]) => format(value).toLowerCase(),
  println: (values) => `${values.map(format).join(" ")}\n`,
  index: ([value, ...keys]) => keys.reduce((one, key) => memberOf(one, format(key)), value),
};

function evaluate([first = "", ...rest]: readonly string[], value: unknown): unknown {
  const called = Object.hasOwn(functions, first) ? functions[first] : undefined;
  if (called !== undefined) return called(rest.map((word) => operand(word, value)));
  if (rest.length > 0) throw malformed(`there is no function ${first}`);
  return operand(first, value);
}

function operand(word: string, value: unknown): unknown {
  if (word.startsWith('"')) return unquote(word);
  if (/^\d+$/.test(word)) return Number(word);
  if (!/^\.(?:[\w-]+(?:\.[\w-]+)*)?$/.test(word)) throw malformed(`${word || "{{}}"} is no value`);
  const names = word.split(".").filter((name) => name !== "");
  return names.reduce(memberOf, value);
}

function unquote(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    throw malformed(`${word} is no text`);
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (isObject(value) && Object.hasOwn(value, name)) return value[name];
  const known = isObject(value) ? Object.keys(value).slice(0, 20).join(", ") : "";
  const advice = known === "" ? "" : `; there are ${known}`;
  throw malformed(`nothing is called ${name} there${advice}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isTrue(value: unknown): boolean {
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function format(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function malformed(problem: string): TsukiError {
  return new TsukiError("usage", `--format: ${problem}; write {{.State.Status}} or {{json .}}`);
}
