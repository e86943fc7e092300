import { ByteWriter } from "../../src/compiler/bytes/writer.ts";
import { Opcode, type OpcodeName, prefixOf } from "../../src/compiler/wasm/opcodes.ts";
import { isVector, type LaneType, type ScriptValue, type VectorValue } from "./script.ts";

const laneBytes: Readonly<Record<LaneType, number>> = {
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
};

/** Writes instructions. */
export class CodeWriter {
  readonly writer = new ByteWriter();

  /** One instruction with unsigned immediates. */
  op(name: OpcodeName, ...immediates: readonly number[]): this {
    const code = Opcode[name];
    const behind = prefixOf(code);
    if (behind === undefined) this.writer.u8(code);
    else {
      this.writer.u8(behind.prefix);
      this.writer.unsignedLeb(behind.number);
    }
    for (const immediate of immediates) this.writer.unsignedLeb(immediate);
    return this;
  }

  i32(value: number): this {
    this.op("i32.const").writer.signedLeb(value | 0);
    return this;
  }

  i64(value: bigint): this {
    this.op("i64.const").writer.signedLeb(BigInt.asIntN(64, value));
    return this;
  }

  /** A constant of a script; references can only be null. */
  constant(constant: ScriptValue, replacesHosts = false): this {
    if (isVector(constant)) return this.vector(constant);
    const { type, value = "0" } = constant;
    switch (type) {
      case "i32":
        return this.i32(Number(value));
      case "i64":
        return this.i64(BigInt(value));
      case "f32":
        this.op("f32.const").writer.u32(Number(value));
        return this;
      case "f64":
        this.op("f64.const").writer.u64(BigInt(value));
        return this;
      default:
        return this.op("ref.null", type === "funcref" || replacesHosts ? 0x70 : 0x6f);
    }
  }

  /** A vector by its lanes. */
  private vector({ lane_type, value }: VectorValue): this {
    const { writer } = this.op("v128.const");
    for (const lane of value) {
      const bits = BigInt(lane);
      for (let byte = 0; byte < laneBytes[lane_type]; byte++) {
        writer.u8(Number((bits >> BigInt(8 * byte)) & 0xffn));
      }
    }
    return this;
  }

  /** Instructions written before. */
  raw(bytes: Uint8Array): this {
    this.writer.bytes(bytes);
    return this;
  }

  /** The body of a function that declares locals of these types. */
  body(locals: readonly number[] = []): Uint8Array {
    const writer = new ByteWriter();
    writer.unsignedLeb(locals.length);
    for (const type of locals) {
      writer.u8(1);
      writer.u8(type);
    }
    writer.bytes(this.writer.toBytes());
    writer.u8(Opcode.end);
    return writer.toBytes();
  }
}
