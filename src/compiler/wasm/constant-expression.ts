import type { ByteReader } from "../bytes/reader.ts";
import { invalid, UnsupportedError } from "./errors.ts";
import { type ConstantExpression, WasmType } from "./module.ts";
import { featureOfOpcode, Opcode } from "./opcodes.ts";
import { readReferenceType } from "./types.ts";

/** A constant expression of one instruction (section 5.4.9). */
export function readConstantExpression(reader: ByteReader): ConstantExpression {
  const value = readConstantInstruction(reader);
  const offset = reader.offset;
  if (reader.u8() !== Opcode.end) {
    throw new UnsupportedError("extended constant expressions", offset);
  }
  return value;
}

function readConstantInstruction(reader: ByteReader): ConstantExpression {
  const offset = reader.offset;
  const code = reader.u8();
  switch (code) {
    case Opcode["i32.const"]:
      return { kind: "constant", type: WasmType.i32, low: reader.s32(), high: 0 };
    case Opcode["f32.const"]:
      return { kind: "constant", type: WasmType.f32, low: reader.fixed32(), high: 0 };
    case Opcode["i64.const"]:
      reader.s64();
      return { kind: "constant", type: WasmType.i64, low: reader.low, high: reader.high };
    case Opcode["f64.const"]:
      reader.fixed64();
      return { kind: "constant", type: WasmType.f64, low: reader.low, high: reader.high };
    case Opcode["global.get"]:
      return { kind: "global", index: reader.u32() };
    case Opcode["ref.func"]:
      return { kind: "function", index: reader.u32() };
    case Opcode["ref.null"]:
      readReferenceType(reader);
      return { kind: "null" };
    default: {
      const feature = featureOfOpcode(code);
      if (feature !== undefined) throw new UnsupportedError(feature, offset);
      throw invalid(offset, "constant expression required");
    }
  }
}
