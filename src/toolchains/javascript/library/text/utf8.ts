/**
 * UTF-8 by the engine's native functions: what JavaScript does byte by byte takes ten times longer.
 */

import { fromBase64, toBase64 } from "./native.ts";

const ascii = /^[\0-\x7f]*$/;

/** Text as UTF-8; what is no Unicode becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (ascii.test(text)) return fromBase64(btoa(text));
  return fromBase64(btoa(unescape(encodeURIComponent(text.toWellFormed()))));
}

/** UTF-8 as text; what is no UTF-8 becomes U+FFFD, a byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decodeStrictly(bytes) ?? decodeWithReplacement(bytes);
}

/** UTF-8 as text, or undefined for what is no UTF-8. */
export function decodeStrictly(bytes: Uint8Array): string | undefined {
  const binary = toBinary(bytes);
  if (ascii.test(binary)) return binary;
  try {
    return decodeURIComponent(escape(binary));
  } catch {
    return undefined;
  }
}

/** A string with the code of each byte. */
export function toBinary(bytes: Uint8Array): string {
  return atob(toBase64(bytes));
}

/** The bytes that the codes of a string are; throws an InvalidCharacterError above 255. */
export function fromBinary(text: string): Uint8Array<ArrayBuffer> {
  return fromBase64(btoa(text));
}

/** How many bytes at the end of UTF-8 begin a character that is not complete; 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let length = 1; length <= 3 && length <= bytes.length; length++) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return byte >= 0xc2 && byte <= 0xf4 && wanted > length && beginsWell(bytes, length)
      ? length
      : 0;
  }
  return 0;
}

/** Whether the second byte of a sequence, if it is there, is one that may follow the first. */
function beginsWell(bytes: Uint8Array, length: number): boolean {
  if (length === 1) return true;
  const first = bytes[bytes.length - length] ?? 0;
  const second = bytes[bytes.length - length + 1] ?? 0;
  return second >= lowestSecond(first) && second <= highestSecond(first);
}

function lowestSecond(first: number): number {
  return first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
}

function highestSecond(first: number): number {
  return first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
}

/** Encoding, 8.1.1: the decoder, with one U+FFFD for each longest wrong sequence. */
function decodeWithReplacement(bytes: Uint8Array): string {
  const codes: number[] = [];
  let needed = 0;
  let code = 0;
  let lowest = 0x80;
  let highest = 0xbf;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (needed > 0 && byte >= lowest && byte <= highest) {
      code = (code << 6) | (byte & 0x3f);
      lowest = 0x80;
      highest = 0xbf;
      if (--needed === 0) codes.push(code);
      continue;
    }
    if (needed > 0) codes.push(0xfffd);
    needed = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0x80 || byte < 0xc2 || byte > 0xf4) {
      codes.push(byte < 0x80 ? byte : 0xfffd);
      needed = 0;
    }
    code = byte & (0x3f >> needed);
    lowest = lowestSecond(byte);
    highest = highestSecond(byte);
  }
  if (needed > 0) codes.push(0xfffd);
  return fromCodes(codes);
}

/** Text of code points, in pieces that fit on the stack. */
function fromCodes(codes: readonly number[]): string {
  const pieces: string[] = [];
  for (let at = 0; at < codes.length; at += 1024) {
    pieces.push(String.fromCodePoint(...codes.slice(at, at + 1024)));
  }
  return pieces.join("");
}
