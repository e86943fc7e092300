/** Buffer's methods for numbers, made of a table. */

type Read = (offset?: number) => number;
type Write = (value: number, offset?: number) => number;
type Sizes = "8" | "16LE" | "16BE" | "32LE" | "32BE";
type Floats = "FloatLE" | "FloatBE" | "DoubleLE" | "DoubleBE";
type Integers = `UInt${Sizes}` | `Uint${Sizes}` | `Int${Sizes}`;
type Bigs = `Big${"UI" | "Ui" | "I"}nt64${"LE" | "BE"}`;

/** The methods by their names. */
export type NumberMethods = Record<`read${Integers | Floats}`, Read> &
  Record<`write${Integers | Floats}`, Write> &
  Record<`read${Bigs}`, (offset?: number) => bigint> &
  Record<`write${Bigs}`, (value: bigint, offset?: number) => number> &
  Record<
    `read${"UInt" | "Uint" | "Int"}${"LE" | "BE"}`,
    (offset: number, length: number) => number
  > &
  Record<
    `write${"UInt" | "Uint" | "Int"}${"LE" | "BE"}`,
    (value: number, offset: number, length: number) => number
  >;

/** Node's name, DataView's name, the least and the greatest value. */
const kinds: readonly (readonly [
  names: readonly string[],
  view: string,
  bytes: number,
  least: number,
  greatest: number,
])[] = [
  [["UInt8", "Uint8"], "Uint8", 1, 0, 0xff],
  [["Int8"], "Int8", 1, -0x80, 0x7f],
  [["UInt16", "Uint16"], "Uint16", 2, 0, 0xffff],
  [["Int16"], "Int16", 2, -0x8000, 0x7fff],
  [["UInt32", "Uint32"], "Uint32", 4, 0, 0xffff_ffff],
  [["Int32"], "Int32", 4, -0x8000_0000, 0x7fff_ffff],
  [["Float"], "Float32", 4, -Infinity, Infinity],
  [["Double"], "Float64", 8, -Infinity, Infinity],
  [["BigUInt64", "BigUint64"], "BigUint64", 8, 0, 2 ** 64],
  [["BigInt64"], "BigInt64", 8, -(2 ** 63), 2 ** 63],
];

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkRange(value: number | bigint, least: number, greatest: number): void {
  if (value >= least && value <= greatest) return;
  const message = `The value of "value" is out of range. It must be >= ${least} and <= ${greatest}. Received ${value}`;
  throw Object.assign(new RangeError(message), { code: "ERR_OUT_OF_RANGE" });
}

/** Gives a class of bytes the methods for all numbers. */
export function defineNumbers(prototype: Uint8Array): void {
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  };
  for (const [names, view, bytes, least, greatest] of kinds) {
    for (const order of bytes === 1 ? [""] : ["LE", "BE"]) {
      const isLittle = order === "LE";
      const get = Reflect.get(DataView.prototype, `get${view}`) as (
        at: number,
        isLittle: boolean,
      ) => unknown;
      const set = Reflect.get(DataView.prototype, `set${view}`) as (
        at: number,
        value: unknown,
        isLittle: boolean,
      ) => void;
      for (const name of names) {
        define(`read${name}${order}`, function read(this: Uint8Array, offset = 0): unknown {
          return Reflect.apply(get, viewOf(this), [offset, isLittle]);
        });
        define(
          `write${name}${order}`,
          function write(this: Uint8Array, value: number, offset = 0): number {
            checkRange(value, least, greatest);
            Reflect.apply(set, viewOf(this), [offset, value, isLittle]);
            return offset + bytes;
          },
        );
      }
    }
  }
  for (const order of ["LE", "BE"])
    for (const kind of ["UInt", "Uint", "Int"]) defineOdd(define, kind, order);
}

/** Integers of one to six bytes. */
function defineOdd(
  define: (name: string, value: unknown) => void,
  kind: string,
  order: string,
): void {
  const place = (index: number, length: number): number =>
    order === "LE" ? index : length - 1 - index;
  define(
    `read${kind}${order}`,
    function read(this: Uint8Array, offset: number, length: number): number {
      let value = 0;
      for (let index = length - 1; index >= 0; index--)
        value = value * 256 + (this[offset + place(index, length)] ?? 0);
      return kind === "Int" && value >= 2 ** (8 * length - 1) ? value - 2 ** (8 * length) : value;
    },
  );
  define(
    `write${kind}${order}`,
    function write(this: Uint8Array, value: number, offset: number, length: number): number {
      let left = value < 0 ? value + 2 ** (8 * length) : value;
      for (let index = 0; index < length; index++) {
        this[offset + place(index, length)] = left % 256;
        left = Math.floor(left / 256);
      }
      return offset + length;
    },
  );
}
