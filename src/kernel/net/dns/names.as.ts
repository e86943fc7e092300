// Names as DNS messages have them (RFC 1035, 3.1, 4.1.4): labels, and pointers to labels before.

const longestLabel: u32 = 63;
const labelLimit: u32 = 128;
const pointerLimit: u32 = 16;

/** A byte, or the small letter of a capital one. */
@inline
function lowerCase(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** Whether so many bytes are the same but for the case of letters. */
export function areSameNames(left: usize, right: usize, length: u32): bool {
  for (let index: u32 = 0; index < length; index++) {
    if (lowerCase(load<u8>(left + index)) != lowerCase(load<u8>(right + index))) return false;
  }
  return true;
}

/** Where what follows a name begins; 0 when the name runs out of the message. */
export function skipName(message: usize, at: u32, length: u32): u32 {
  while (at < length) {
    const byte = <u32>load<u8>(message + at);
    if (byte == 0) return at + 1;
    if (byte >= 0xc0) return at + 2;
    if (byte > longestLabel) return 0;
    at += byte + 1;
  }
  return 0;
}

/** Whether two names of a message are one; false when either cannot be read. */
export function isSameName(message: usize, length: u32, left: u32, right: u32): bool {
  for (let count: u32 = 0; count < labelLimit; count++) {
    left = resolve(message, length, left);
    right = resolve(message, length, right);
    if (left == 0 || right == 0) return false;
    if (left == right) return true;
    const size = <u32>load<u8>(message + left);
    if (size != load<u8>(message + right)) return false;
    if (size == 0) return true;
    if (left + 1 + size > length || right + 1 + size > length) return false;
    if (!areSameNames(message + left + 1, message + right + 1, size)) return false;
    left += 1 + size;
    right += 1 + size;
  }
  return false;
}

/**
 * Where the label lies that is at a place, or that a pointer there leads to; 0 when there is none.
 * Pointers lead backwards, and to few others: no name is without an end.
 */
function resolve(message: usize, length: u32, at: u32): u32 {
  for (let count: u32 = 0; count < pointerLimit; count++) {
    if (at >= length) return 0;
    const byte = <u32>load<u8>(message + at);
    if (byte <= longestLabel) return at;
    if (byte < 0xc0 || at + 2 > length) return 0;
    const target = (byte & 0x3f) << 8 | <u32>load<u8>(message + at + 1);
    if (target >= at) return 0;
    at = target;
  }
  return 0;
}
