import { ByteWriter } from "../../../src/compiler/bytes/writer.ts";
import { opcodeRows } from "../../../src/compiler/wasm/opcodes.table.ts";
import { prefixOf } from "../../../src/compiler/wasm/opcodes.ts";

/** Types of numbers, and of vectors of them. */
export type NumberType = "i32" | "i64" | "f32" | "f64" | "v128";

/** All types of numbers. */
export const numberTypes: readonly NumberType[] = ["i32", "i64", "f32", "f64", "v128"];

/** Parameters and results. */
export interface Signature {
  readonly parameters: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/** The name of an instruction. */
export type OpcodeName = keyof typeof opcodeRows;

/** Bytes of value types (specification, section 5.3.1). */
export const typeBytes: Readonly<Record<NumberType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Writes the bytes of a function's instructions. */
export class CodeWriter {
  readonly bytes = new ByteWriter();

  /** An instruction with immediates that are unsigned numbers. */
  op(name: OpcodeName, ...immediates: readonly number[]): void {
    const { code } = opcodeRows[name];
    const behind = prefixOf(code);
    if (behind === undefined) this.bytes.u8(code);
    else {
      this.bytes.u8(behind.prefix);
      this.bytes.unsignedLeb(behind.number);
    }
    for (const immediate of immediates) this.bytes.unsignedLeb(immediate);
  }

  i32(value: number): void {
    this.op("i32.const");
    this.bytes.signedLeb(value | 0);
  }

  i64(value: bigint): void {
    this.op("i64.const");
    this.bytes.signedLeb(BigInt.asIntN(64, value));
  }

  f32(value: number): void {
    this.op("f32.const");
    this.bytes.bytes(new Uint8Array(new Float32Array([value]).buffer));
  }

  f64(value: number): void {
    this.op("f64.const");
    this.bytes.bytes(new Uint8Array(new Float64Array([value]).buffer));
  }

  /** A vector by its halves. */
  v128(low: bigint, high: bigint): void {
    this.op("v128.const");
    this.bytes.u64(low);
    this.bytes.u64(high);
  }

  /** A structured instruction whose type has an index. */
  structured(name: "block" | "loop" | "if", typeIndex: number): void {
    this.op(name);
    this.bytes.signedLeb(typeIndex);
  }

  /** The zero of a type. */
  zero(type: NumberType): void {
    if (type === "i32") this.i32(0);
    else if (type === "i64") this.i64(0n);
    else if (type === "f32") this.f32(0);
    else if (type === "f64") this.f64(0);
    else this.v128(0n, 0n);
  }
}
