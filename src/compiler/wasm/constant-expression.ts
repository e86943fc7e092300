import type { ByteReader } from "../bytes/reader.ts";
import { invalid, UnsupportedError } from "./errors.ts";
import { checkLimit } from "./limits.ts";
import { type ConstantExpression, WasmType, type WasmTypeId } from "./module.ts";
import type { ModuleScope } from "./module-scope.ts";
import { featureOfOpcode, nameOfOpcode, Opcode, opcodeBehind } from "./opcodes.ts";
import { readReferenceType, typeName } from "./types.ts";

/** A value with its type, and where its instruction stands. */
interface Operand {
  readonly value: ConstantExpression;
  readonly type: WasmTypeId;
}

/**
 * A constant expression of a type (sections 3.3.10 and 5.4.9), with the arithmetic of extended
 * constant expressions; globals that are not imported stand for their values.
 */
export function readConstantExpression(
  reader: ByteReader,
  scope: ModuleScope,
  expected: WasmTypeId,
): ConstantExpression {
  const start = reader.offset;
  const stack: Operand[] = [];
  for (let count = 0; ; count++) {
    const offset = reader.offset;
    checkLimit("constantInstructions", count, offset);
    const code = readOpcode(reader);
    if (code === Opcode.end) break;
    const operation = arithmetic.get(code);
    if (operation === undefined) stack.push(readOperand(reader, scope, code, offset));
    else stack.push(calculate(operation, stack.pop(), stack.pop(), offset));
  }
  const [result] = stack;
  if (result?.type !== expected || stack.length !== 1) {
    const found = stack.map(({ type }) => typeName(type)).join(" ") || "nothing";
    const wanted = typeName(expected);
    throw invalid(start, `type mismatch: a constant expression of ${wanted} gives ${found}`);
  }
  return result.value;
}

function readOpcode(reader: ByteReader): number {
  const byte = reader.u8();
  return byte === 0xfd ? (opcodeBehind(byte, reader.u32()) ?? byte) : byte;
}

function readOperand(
  reader: ByteReader,
  scope: ModuleScope,
  code: number,
  offset: number,
): Operand {
  switch (code) {
    case Opcode["i32.const"]:
      return constant(WasmType.i32, reader.s32(), 0);
    case Opcode["f32.const"]:
      return constant(WasmType.f32, reader.fixed32(), 0);
    case Opcode["i64.const"]:
      reader.s64();
      return constant(WasmType.i64, reader.low, reader.high);
    case Opcode["f64.const"]:
      reader.fixed64();
      return constant(WasmType.f64, reader.low, reader.high);
    case Opcode["v128.const"]:
      return { value: { kind: "vector", bytes: reader.take(16) }, type: WasmType.v128 };
    case Opcode["global.get"]:
      return globalOperand(scope, reader.u32(), offset);
    case Opcode["ref.func"]: {
      const index = reader.u32();
      scope.refer("function", index, offset);
      return { value: { kind: "function", index }, type: WasmType.funcref };
    }
    case Opcode["ref.null"]: {
      const type = readReferenceType(reader);
      return { value: { kind: "null", type }, type };
    }
    default: {
      const feature = featureOfOpcode(code);
      if (feature !== undefined) throw new UnsupportedError(feature, offset);
      const name = nameOfOpcode(code) ?? `opcode 0x${code.toString(16)}`;
      throw invalid(offset, `constant expression required, which ${name} is not`);
    }
  }
}

function constant(type: WasmTypeId, low: number, high: number): Operand {
  return { value: { kind: "constant", type, low, high }, type };
}

function globalOperand(scope: ModuleScope, index: number, offset: number): Operand {
  scope.refer("global", index, offset);
  const global = scope.globals[index];
  if (global === undefined || global.isMutable) {
    throw invalid(offset, `constant expression required, and global ${index} is mutable`);
  }
  return { value: global.initial ?? { kind: "global", index }, type: global.type };
}

interface Arithmetic {
  readonly type: typeof WasmType.i32 | typeof WasmType.i64;
  readonly apply: (a: bigint, b: bigint) => bigint;
}

const operations = {
  add: (a: bigint, b: bigint) => a + b,
  sub: (a: bigint, b: bigint) => a - b,
  mul: (a: bigint, b: bigint) => a * b,
};

const arithmetic = new Map<number, Arithmetic>(
  (["i32", "i64"] as const).flatMap((type) =>
    (["add", "sub", "mul"] as const).map((name): [number, Arithmetic] => [
      Opcode[`${type}.${name}`],
      { type: WasmType[type], apply: operations[name] },
    ]),
  ),
);

function calculate(
  { type, apply }: Arithmetic,
  b: Operand | undefined,
  a: Operand | undefined,
  offset: number,
): Operand {
  if (a?.type !== type || b?.type !== type) {
    throw invalid(offset, `type mismatch: constant arithmetic takes two of ${typeName(type)}`);
  }
  if (a.value.kind !== "constant" || b.value.kind !== "constant") {
    throw new UnsupportedError("arithmetic with imported globals in constants", offset);
  }
  const result = apply(bitsOf(a.value), bitsOf(b.value));
  const low = Number(BigInt.asIntN(32, result));
  const high = type === WasmType.i64 ? Number(BigInt.asIntN(32, result >> 32n)) : 0;
  return constant(type, low, high);
}

function bitsOf({ low, high }: { readonly low: number; readonly high: number }): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}
