/** Node's querystring. */
import { decodeUtf8 } from "../text/utf8.ts";
import { percentDecode } from "../url/percent.ts";

type Values = Record<string, unknown>;

/** Text with everything escaped that a query does not hold. */
export function escape(text: string): string {
  return encodeURIComponent(String(text).toWellFormed());
}

/** The opposite; what is not escaped well stays. */
export function unescape(text: string): string {
  return decodeUtf8(percentDecode(text));
}

function show(value: unknown): string {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) ? String(value) : "";
}

/** Values as a query. */
export function stringify(
  values: Values | null | undefined,
  separator = "&",
  equals = "=",
): string {
  return Object.entries(values ?? {})
    .flatMap(([key, value]) =>
      (Array.isArray(value) ? (value as unknown[]) : [value]).map(
        (each) => `${escape(key)}${equals}${escape(show(each))}`,
      ),
    )
    .join(separator);
}

/** A query as values; what comes twice is a list. */
export function parse(
  text: string,
  separator = "&",
  equals = "=",
): Record<string, string | string[]> {
  const values = Object.create(null) as Record<string, string | string[]>;
  for (const part of text.split(separator)) {
    if (part === "") continue;
    const at = part.indexOf(equals);
    const decode = (piece: string): string => unescape(piece.replaceAll("+", " "));
    const key = decode(at < 0 ? part : part.slice(0, at));
    const value = at < 0 ? "" : decode(part.slice(at + equals.length));
    const known = values[key];
    values[key] = known === undefined ? value : [known, value].flat();
  }
  return values;
}

export { parse as decode, stringify as encode };

const whole = { decode: parse, encode: stringify, escape, parse, stringify, unescape };

export { whole as default };
