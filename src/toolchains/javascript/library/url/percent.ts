/** URL, 1.3: percent-encoding. */
import { encodeUtf8, fromBinary } from "../text/utf8.ts";

/** The percent-encode sets of URL, 1.3: what each part must not contain. */
export const encodeSets = {
  control: /[^ -~]/gu,
  fragment: /[^ -~]|[ "<>`]/gu,
  query: /[^ -~]|[ "#<>]/gu,
  specialQuery: /[^ -~]|[ "#<>']/gu,
  path: /[^ -~]|[ "#<>?^`{}]/gu,
  userinfo: /[^ -~]|[ "#<>?`{}/:;=@[\\\]^|]/gu,
  /** application/x-www-form-urlencoded; the space becomes a plus besides. */
  form: /[^*\-.0-9A-Z_a-z]/gu,
} as const;

/** Encodes what a set names. */
export function percentEncode(text: string, set: RegExp): string {
  set.lastIndex = 0;
  return set.test(text) ? text.replace(set, encodeCharacter) : text;
}

/** Encodes one character, whatever it is. */
export function encodeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x80) return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
  return encodeURIComponent(character.toWellFormed());
}

/** Decodes every sequence of percent sign and two digits. */
export function percentDecode(text: string): Uint8Array<ArrayBuffer> {
  if (!text.includes("%")) return encodeUtf8(text);
  const binary = /[^\0-\x7f]/.test(text) ? unescape(encodeURIComponent(text.toWellFormed())) : text;
  return fromBinary(
    binary.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
  );
}
