// Numbers in network order, at any address.

/** Reads 16 bits. */
@inline
export function load16(pointer: usize): u32 {
  return <u32>bswap<u16>(load<u16>(pointer));
}

/** Reads 32 bits. */
@inline
export function load32(pointer: usize): u32 {
  return bswap<u32>(load<u32>(pointer));
}

/** Writes the lower 16 bits of a number. */
@inline
export function store16(pointer: usize, value: u32): void {
  store<u16>(pointer, bswap<u16>(<u16>value));
}

/** Writes 32 bits. */
@inline
export function store32(pointer: usize, value: u32): void {
  store<u32>(pointer, bswap<u32>(value));
}
