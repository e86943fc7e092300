/** Room in the memory that the kernel takes for the app's: what QuickJS's malloc is there. */

const pageBytes = 65_536;
const leastBits = 4;

/** Nothing lies at 0, which means that there is no room. */
const firstByte = 1024;

/** A memory and the pieces of it that are in use; each is rounded up to a power of two. */
export class Room {
  readonly memory: WebAssembly.Memory;
  readonly #free = new Map<number, number[]>();
  readonly #bits = new Map<number, number>();
  #end = firstByte;

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16 });
  }

  /** Bytes of the memory; valid until the next `allocate`. */
  bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, pointer >>> 0, length >>> 0);
  }

  /** A view of the memory; valid until the next `allocate`. */
  view(): DataView {
    return new DataView(this.memory.buffer);
  }

  /** Room for some bytes; 0 when there is none. */
  readonly allocate = (length: number): number => {
    const bits = Math.max(leastBits, 32 - Math.clz32(Math.max(length - 1, 0)));
    const pointer = this.#free.get(bits)?.pop() ?? this.#extend(2 ** bits);
    if (pointer !== 0) this.#bits.set(pointer, bits);
    return pointer;
  };

  /** Gives back what `allocate` gave. */
  readonly release = (pointer: number): void => {
    const start = pointer >>> 0;
    const bits = this.#bits.get(start);
    if (bits === undefined) return;
    this.#bits.delete(start);
    const pieces = this.#free.get(bits);
    if (pieces === undefined) this.#free.set(bits, [start]);
    else pieces.push(start);
  };

  /** A copy of some bytes, with a NUL behind them. */
  put(bytes: Uint8Array): number {
    const pointer = this.allocate(bytes.length + 1);
    if (pointer === 0) return 0;
    const place = this.bytes(pointer, bytes.length + 1);
    place.set(bytes);
    place[bytes.length] = 0;
    return pointer;
  }

  /** Text with a NUL behind it. */
  text(pointer: number): string {
    const bytes = this.bytes(pointer, this.memory.buffer.byteLength - (pointer >>> 0));
    return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString("utf8");
  }

  #extend(length: number): number {
    const start = this.#end;
    const missing = start + length - this.memory.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.max(Math.ceil(missing / pageBytes), 64);
      try {
        this.memory.grow(pages);
      } catch {
        return 0;
      }
    }
    this.#end += length;
    return start;
  }
}
