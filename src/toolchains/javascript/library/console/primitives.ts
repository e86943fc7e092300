/** Primitive values as text for people. */
import type { Inspection } from "./inspection.ts";

const escapes: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

/** A string in the quotes that need the fewest escapes. */
function quote(text: string): string {
  const mark = !text.includes("'")
    ? "'"
    : !text.includes('"')
      ? '"'
      : /[`$]/.test(text)
        ? "'"
        : "`";
  // oxlint-disable-next-line no-control-regex -- these are what is escaped
  const escaped = text.replace(/[\0-\x1f\x7f-\x9f\\]|[\ud800-\udfff]/gu, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0xd800) return `\\u${code.toString(16).toUpperCase()}`;
    return escapes[character] ?? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

/** A value that is no object. */
export function formatPrimitive(value: unknown, inspection: Inspection): string {
  switch (typeof value) {
    case "string":
      return formatString(value, inspection);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    default:
      return String(value);
  }
}

function formatString(value: string, inspection: Inspection): string {
  const { maxStringLength, breakLength, indentation, compact } = inspection;
  const more = value.length - maxStringLength;
  const text = more > 0 ? value.slice(0, maxStringLength) : value;
  const trailer = more > 0 ? `... ${more} more character${more > 1 ? "s" : ""}` : "";
  // Long text with several lines has a line for each.
  if (compact < 1 || text.length <= 16 || text.length <= breakLength - indentation - 4) {
    return quote(text) + trailer;
  }
  const margin = ` +\n${" ".repeat(indentation + 2)}`;
  return (
    text
      .split(/(?<=\n)/)
      .map(quote)
      .join(margin) + trailer
  );
}

/** A property's key as it would be written in a program. */
export function formatKey(key: string | symbol): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  return /^[A-Za-z_][A-Za-z_0-9]*$/.test(key) ? key : quote(key);
}
