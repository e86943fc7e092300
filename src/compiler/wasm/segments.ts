import type { ByteReader } from "../bytes/reader.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { invalid } from "./errors.ts";
import { readLimited } from "./limits.ts";
import {
  type ConstantExpression,
  type DataSegment,
  type ElementSegment,
  type ReferenceType,
  type SegmentTarget,
  WasmType,
} from "./module.ts";
import type { ModuleScope } from "./module-scope.ts";
import { readReferenceType } from "./types.ts";

/** An element segment in any of its eight forms (section 5.5.12). */
export function readElementSegment(reader: ByteReader, scope: ModuleScope): ElementSegment {
  const offset = reader.offset;
  const form = reader.u32();
  if (form > 7) throw invalid(offset, "malformed element segment");
  const isActive = (form & 1) === 0;
  const hasExplicitKind = (form & 3) !== 0;
  const holdsExpressions = (form & 4) !== 0;
  const target = isActive ? readTarget(reader, scope, (form & 2) !== 0) : undefined;
  const type = hasExplicitKind ? readElementKind(reader, holdsExpressions) : WasmType.funcref;
  if (target !== undefined) scope.checkTableOf(target.index, type, offset);
  const items = readLimited(reader, "elementItems", () =>
    holdsExpressions
      ? readConstantExpression(reader, scope, type)
      : readFunctionItem(reader, scope),
  );
  if (isActive) return { mode: "active", target, type, items };
  return { mode: (form & 2) === 0 ? "passive" : "declarative", target, type, items };
}

/** A data segment (section 5.5.14). */
export function readDataSegment(reader: ByteReader, scope: ModuleScope): DataSegment {
  const offset = reader.offset;
  const form = reader.u32();
  if (form > 2) throw invalid(offset, "malformed data segment");
  const target = form === 1 ? undefined : readTarget(reader, scope, form === 2);
  if (target !== undefined) scope.refer("memory", target.index, offset);
  const length = reader.u32();
  const start = reader.offset;
  reader.skip(length);
  return {
    mode: target === undefined ? "passive" : "active",
    target,
    contents: { start, end: start + length },
  };
}

function readTarget(reader: ByteReader, scope: ModuleScope, hasIndex: boolean): SegmentTarget {
  const index = hasIndex ? reader.u32() : 0;
  return { index, offset: readConstantExpression(reader, scope, WasmType.i32) };
}

function readElementKind(reader: ByteReader, holdsExpressions: boolean): ReferenceType {
  const offset = reader.offset;
  if (holdsExpressions) return readReferenceType(reader);
  if (reader.u8() !== 0) throw invalid(offset, "malformed element kind");
  return WasmType.funcref;
}

function readFunctionItem(reader: ByteReader, scope: ModuleScope): ConstantExpression {
  const offset = reader.offset;
  const index = reader.u32();
  scope.refer("function", index, offset);
  return { kind: "function", index };
}
