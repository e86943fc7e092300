// Which bytes may stand where in a request (RFC 9110, 5.5 and 5.6.2; RFC 3986, 3.2 and 3.3).

const tokenBit: u32 = 1;
const targetBit: u32 = 2;
const valueBit: u32 = 4;
const authorityBit: u32 = 8;

const classes = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  4, 15, 6, 5, 15, 15, 15, 15, 14, 14, 15, 15, 14, 15, 15, 6,
  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 14, 14, 6, 14, 6, 6,
  6, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 14, 6, 14, 7, 15,
  7, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 6, 7, 6, 15, 0,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
]);

/** Whether a byte may stand in a method or a field name (tchar). */
@inline
export function isTokenByte(byte: u32): bool {
  return (load<u8>(classes + byte) & tokenBit) != 0;
}

/** Whether a byte may stand in a request target: visible ASCII, and no fragment. */
@inline
export function isTargetByte(byte: u32): bool {
  return (load<u8>(classes + byte) & targetBit) != 0;
}

/** Whether a byte may stand in a field value. */
@inline
export function isValueByte(byte: u32): bool {
  return (load<u8>(classes + byte) & valueBit) != 0;
}

/** Whether a byte may stand in a host with a port; user information is refused. */
@inline
export function isAuthorityByte(byte: u32): bool {
  return (load<u8>(classes + byte) & authorityBit) != 0;
}

/** A letter in lower case; other bytes as they are. */
@inline
export function lowerCase(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** The value of a hexadecimal digit, or -1. */
export function hexadecimalDigit(byte: u32): i32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : -1;
}

/** Whether bytes are `text("...")` in lower case, whatever case they are in. */
export function equalsText(start: usize, length: u32, expected: usize): bool {
  for (let index: u32 = 0; index < length; index++) {
    if (lowerCase(load<u8>(start + index)) != load<u8>(expected + index)) return false;
  }
  return load<u8>(expected + length) == 0;
}
