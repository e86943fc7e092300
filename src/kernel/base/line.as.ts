// One line of text under construction, for messages and reports. What does not fit is cut off.

const capacity: u32 = 512;
const buffer = memory.data(512);
let used: u32 = 0;

/** Address of the line's bytes. */
export function lineStart(): usize {
  return buffer;
}

/** Bytes in the line. */
export function lineLength(): u32 {
  return used;
}

/** Empties the line. */
export function clearLine(): void {
  used = 0;
}

/** Appends one byte. */
export function putByte(byte: u32): void {
  if (used == capacity) return;
  store<u8>(buffer + used, byte);
  used++;
}

/** Appends `text("...")`. */
export function putText(text: usize): void {
  for (let byte = load<u8>(text); byte != 0; byte = load<u8>(++text)) putByte(byte);
}

/** Appends bytes of kernel memory. */
export function putBytes(pointer: usize, length: u32): void {
  for (let index: u32 = 0; index < length; index++) putByte(load<u8>(pointer + index));
}

/** Appends a number in decimal. */
export function putDecimal(value: u64): void {
  let divisor: u64 = 1;
  while (value / divisor >= 10) divisor *= 10;
  for (; divisor != 0; divisor /= 10) putByte(0x30 + <u32>(value / divisor % 10));
}

/** Appends a number as 0x and hexadecimal digits. */
export function putHexadecimal(value: u64): void {
  putByte(0x30);
  putByte(0x78);
  let shift = value == 0 ? 0 : (63 - <i32>clz(value)) & ~3;
  for (; shift >= 0; shift -= 4) {
    const digit = <u32>(value >> shift) & 15;
    putByte(digit + (digit < 10 ? 0x30 : 0x57));
  }
}

/** Appends a code point as UTF-8; one that is none becomes U+FFFD. */
export function putCodePoint(code: u32): void {
  if (code < 0x80) {
    putByte(code);
    return;
  }
  if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff) code = 0xfffd;
  if (code < 0x800) {
    putByte(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      putByte(0xe0 | (code >> 12));
    } else {
      putByte(0xf0 | (code >> 18));
      putByte(0x80 | ((code >> 12) & 63));
    }
    putByte(0x80 | ((code >> 6) & 63));
  }
  putByte(0x80 | (code & 63));
}
