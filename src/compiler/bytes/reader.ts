import { ReadError } from "./read-error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads little-endian and LEB128 integers from a range of bytes. Every method throws a `ReadError`
 * rather than read past the range; offsets count from the start of `bytes`.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** Where the next item begins. */
  offset: number;
  /** Where the range ends. */
  readonly end: number;
  /** Low half of the last 64-bit integer, as an int32. */
  low = 0;
  /** High half of the last 64-bit integer, as an int32. */
  high = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    if (start < 0 || end > bytes.length || start > end) {
      throw new ReadError("unexpected-end", start, "range outside of the bytes");
    }
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  /** Bytes left in the range. */
  get remaining(): number {
    return this.end - this.offset;
  }

  /** One byte. */
  u8(): number {
    if (this.offset >= this.end) throw this.endOfBytes(this.offset);
    return this.bytes[this.offset++] as number;
  }

  /** A 4-byte little-endian integer as an int32. */
  fixed32(): number {
    const start = this.offset;
    if (this.end - start < 4) throw this.endOfBytes(start);
    this.offset = start + 4;
    return (
      this.byteAt(start) |
      (this.byteAt(start + 1) << 8) |
      (this.byteAt(start + 2) << 16) |
      (this.byteAt(start + 3) << 24)
    );
  }

  /** An 8-byte little-endian integer, into `low` and `high`. */
  fixed64(): void {
    if (this.remaining < 8) throw this.endOfBytes(this.offset);
    this.low = this.fixed32();
    this.high = this.fixed32();
  }

  /** An unsigned LEB128 integer below 2^32. */
  u32(): number {
    const start = this.offset;
    let byte = this.u8();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    byte = this.u8();
    if (byte > 0x7f) throw this.tooLong(start);
    if (byte > 0x0f) throw this.tooLarge(start);
    return (value | (byte << 28)) >>> 0;
  }

  /** A signed LEB128 integer of 32 bits. */
  s32(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
    const byte = this.u8();
    if (byte > 0x7f) throw this.tooLong(start);
    if (byte > 0x07 && byte < 0x78) throw this.tooLarge(start);
    return value | (byte << 28);
  }

  /** A signed LEB128 integer of 33 bits, as block types are written. */
  s33(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
    const byte = this.u8();
    if (byte > 0x7f) throw this.tooLong(start);
    if (byte > 0x0f && byte < 0x70) throw this.tooLarge(start);
    const upper = (byte << 25) >> 25;
    return upper * 2 ** 28 + value;
  }

  /** A signed LEB128 integer of 64 bits, into `low` and `high`. */
  s64(): void {
    const start = this.offset;
    let low = 0;
    let high = 0;
    let shift = 0;
    let byte = 0;
    do {
      byte = this.u8();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      shift += 7;
    } while (byte > 0x7f && shift < 70);
    if (byte > 0x7f) throw this.tooLong(start);
    if (shift === 70 && byte !== 0 && byte !== 0x7f) throw this.tooLarge(start);
    if ((byte & 0x40) !== 0 && shift < 64) {
      if (shift < 32) low |= -1 << shift;
      high |= shift < 32 ? -1 : -1 << (shift - 32);
    }
    this.low = low;
    this.high = high;
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    const start = this.offset;
    this.skip(length);
    return this.bytes.subarray(start, this.offset);
  }

  /** Moves on by `length` bytes. */
  skip(length: number): void {
    if (length > this.remaining) throw this.endOfBytes(this.offset);
    this.offset += length;
  }

  /** The next `length` bytes as UTF-8 text. */
  text(length: number): string {
    const start = this.offset;
    const bytes = this.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new ReadError("not-utf8", start, "text is not UTF-8");
    }
  }

  private byteAt(offset: number): number {
    return this.bytes[offset] as number;
  }

  private endOfBytes(offset: number): ReadError {
    return new ReadError("unexpected-end", offset, "unexpected end");
  }

  private tooLong(offset: number): ReadError {
    return new ReadError("integer-too-long", offset, "integer representation too long");
  }

  private tooLarge(offset: number): ReadError {
    return new ReadError("integer-too-large", offset, "integer too large");
  }
}
