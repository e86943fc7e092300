// Reads a word of a command line from left to right; the line ends with a NUL, which is never the
// last byte that can be read. What is malformed is noted, and reading goes on: whoever reads asks
// once, at the end.

let place: usize = 0;
let isSound = true;

/** Begins to read at a pointer. */
export function beginWord(pointer: usize): void {
  place = pointer;
  isSound = true;
}

/** Whether the word ends here, and everything in it was as it was asked for. */
export function endsWord(): bool {
  return isSound & isWordEnd(load<u8>(place));
}

/** Whether a byte is behind a word. */
@inline
function isWordEnd(byte: u32): bool {
  return (byte & ~0x20) == 0; // a NUL, or a blank
}

/** Passes over a byte, which must be there. */
export function passByte(byte: u32): void {
  if (!takeByte(byte)) isSound = false;
}

/** Passes over a byte if it is there. */
@inline
export function takeByte(byte: u32): bool {
  const isThere = load<u8>(place) == byte;
  place += <usize>isThere;
  return isThere;
}

/** Takes a number of at least one digit, decimal, or hexadecimal behind 0x; at most 64 bits. */
export function takeNumber(): u64 {
  const isHexadecimal = load<u16>(place) == 0x7830;
  const base: u32 = isHexadecimal ? 16 : 10;
  const start = place + ((<usize>isHexadecimal) << 1);
  let at = start;
  let number: u64 = 0;
  let tooLong: u64 = 0;
  for (let digit = digitAt(at); digit < base; digit = digitAt(++at)) {
    tooLong |= number >> 60;
    number = number * base + digit;
  }
  isSound &= (at != start) & (tooLong == 0);
  place = at;
  return number;
}

/** A digit's value, 16 for what is none. */
@inline
function digitAt(pointer: usize): u32 {
  const byte: u32 = load<u8>(pointer);
  const letter = (byte | 0x20) - 0x61;
  return select<u32>(byte - 0x30, select<u32>(letter + 10, 16, letter < 6), byte - 0x30 < 10);
}
