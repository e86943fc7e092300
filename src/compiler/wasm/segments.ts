import type { ByteReader } from "../bytes/reader.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { invalid, UnsupportedError } from "./errors.ts";
import type { ConstantExpression, DataSegment, ElementSegment, SegmentTarget } from "./module.ts";
import { readReferenceType, readVector } from "./types.ts";

/** An element segment in any of its eight forms (section 5.5.12). */
export function readElementSegment(reader: ByteReader): ElementSegment {
  const offset = reader.offset;
  const form = reader.u32();
  if (form > 7) throw invalid(offset, "malformed element segment");
  const isActive = (form & 1) === 0;
  const hasExplicitKind = (form & 3) !== 0;
  const holdsExpressions = (form & 4) !== 0;
  const target = isActive ? readTarget(reader, (form & 2) !== 0) : undefined;
  if (hasExplicitKind) readElementKind(reader, holdsExpressions);
  const items = readVector(reader, () =>
    holdsExpressions ? readReference(reader) : functionItem(reader.u32()),
  );
  if (isActive) return { mode: "active", target, items };
  return { mode: (form & 2) === 0 ? "passive" : "declarative", target, items };
}

/** A data segment (section 5.5.14). */
export function readDataSegment(reader: ByteReader): DataSegment {
  const offset = reader.offset;
  const form = reader.u32();
  if (form > 2) throw invalid(offset, "malformed data segment");
  const target = form === 1 ? undefined : readTarget(reader, form === 2);
  if (target !== undefined && target.index !== 0) {
    throw new UnsupportedError("several memories", offset);
  }
  const length = reader.u32();
  const start = reader.offset;
  reader.skip(length);
  return {
    mode: target === undefined ? "passive" : "active",
    target,
    contents: { start, end: start + length },
  };
}

function readTarget(reader: ByteReader, hasIndex: boolean): SegmentTarget {
  const index = hasIndex ? reader.u32() : 0;
  return { index, offset: readConstantExpression(reader) };
}

function readElementKind(reader: ByteReader, holdsExpressions: boolean): void {
  const offset = reader.offset;
  if (holdsExpressions) readReferenceType(reader);
  else if (reader.u8() !== 0) throw invalid(offset, "malformed element kind");
}

function readReference(reader: ByteReader): ConstantExpression {
  const offset = reader.offset;
  const expression = readConstantExpression(reader);
  if (expression.kind === "constant") throw invalid(offset, "reference required");
  return expression;
}

function functionItem(index: number): ConstantExpression {
  return { kind: "function", index };
}
