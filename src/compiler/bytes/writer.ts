const initialCapacity = 64;

/** Writes little-endian and LEB128 integers into a buffer that grows as needed. */
export class ByteWriter {
  private buffer: Uint8Array;
  private used = 0;

  constructor(capacity = initialCapacity) {
    this.buffer = new Uint8Array(Math.max(capacity, 16));
  }

  /** Bytes written so far. */
  get length(): number {
    return this.used;
  }

  /** One byte; higher bits are dropped. */
  u8(value: number): void {
    this.reserve(1);
    this.buffer[this.used++] = value;
  }

  /** Two bytes, little-endian; higher bits are dropped. */
  u16(value: number): void {
    this.reserve(2);
    this.buffer[this.used++] = value;
    this.buffer[this.used++] = value >>> 8;
  }

  /** Four bytes, little-endian; signed or unsigned. */
  u32(value: number): void {
    this.reserve(4);
    this.put32(this.used, value);
    this.used += 4;
  }

  /** Eight bytes, little-endian, from an integer that fits 64 bits, signed or unsigned. */
  u64(value: bigint): void {
    this.halves(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  /** Eight bytes, little-endian, from two int32 halves. */
  halves(low: number, high: number): void {
    this.u32(low);
    this.u32(high);
  }

  /** An unsigned LEB128 integer below 2^32. */
  unsignedLeb(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** A signed LEB128 integer of up to 64 bits. */
  signedLeb(value: number | bigint): void {
    let rest = BigInt(value);
    for (;;) {
      const bits = Number(rest & 0x7fn);
      rest >>= 7n;
      const isLast = rest === ((bits & 0x40) === 0 ? 0n : -1n);
      this.u8(isLast ? bits : bits | 0x80);
      if (isLast) return;
    }
  }

  /** Raw bytes. */
  bytes(source: Uint8Array): void {
    this.reserve(source.length);
    this.buffer.set(source, this.used);
    this.used += source.length;
  }

  /** Text as UTF-8, without length or terminator. */
  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  /** Zeros (or `filler`) up to the next multiple of `alignment`, a power of two. */
  align(alignment: number, filler = 0): void {
    const padding = -this.used & (alignment - 1);
    this.reserve(padding);
    this.buffer.fill(filler, this.used, this.used + padding);
    this.used += padding;
  }

  /** Overwrites four bytes that were written before; throws a RangeError elsewhere. */
  patch32(offset: number, value: number): void {
    if (offset < 0 || offset + 4 > this.used) throw new RangeError(`nothing written at ${offset}`);
    this.put32(offset, value);
  }

  /** A copy of everything written. */
  toBytes(): Uint8Array {
    return this.buffer.slice(0, this.used);
  }

  private put32(offset: number, value: number): void {
    this.buffer[offset] = value;
    this.buffer[offset + 1] = value >>> 8;
    this.buffer[offset + 2] = value >>> 16;
    this.buffer[offset + 3] = value >>> 24;
  }

  private reserve(length: number): void {
    const needed = this.used + length;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.used));
    this.buffer = grown;
  }
}
