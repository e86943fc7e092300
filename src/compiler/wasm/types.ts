import type { ByteReader } from "../bytes/reader.ts";
import { invalid, UnsupportedError } from "./errors.ts";
import { checkLimit, readLimited } from "./limits.ts";
import {
  type FunctionType,
  type Limits,
  type ReferenceType,
  WasmType,
  type WasmTypeId,
} from "./module.ts";

const knownTypes = new Map<number, WasmTypeId>(Object.values(WasmType).map((type) => [type, type]));

/** Features by the type byte that announces them. */
const laterTypes = new Map<number, string>([
  [0x74, "garbage-collected types"],
  [0x64, "typed function references"],
  [0x63, "typed function references"],
  ...[0x78, 0x77, 0x73, 0x72, 0x71, 0x6e, 0x6d, 0x6c, 0x6b, 0x6a].map((byte): [number, string] => [
    byte,
    "garbage-collected types",
  ]),
]);

/** The value type with a byte, or undefined. */
export function typeOfByte(byte: number): WasmTypeId | undefined {
  return knownTypes.get(byte);
}

const typeNames = new Map<number, string>(
  Object.entries(WasmType).map(([name, type]) => [type, name]),
);

/** A value type's name in the text format. */
export function typeName(type: number): string {
  return typeNames.get(type) ?? "any";
}

/** The feature a type byte belongs to that is not compiled yet. */
export function featureOfType(byte: number): string | undefined {
  return laterTypes.get(byte);
}

/** A value type (section 5.3.4). */
export function readValueType(reader: ByteReader): WasmTypeId {
  const offset = reader.offset;
  const byte = reader.u8();
  const type = typeOfByte(byte);
  if (type !== undefined) return type;
  const feature = featureOfType(byte);
  if (feature !== undefined) throw new UnsupportedError(feature, offset);
  throw invalid(offset, `unknown value type 0x${byte.toString(16)}`);
}

/** Whether values of a type are references. */
export function isReference(type: number): type is ReferenceType {
  return type === WasmType.funcref || type === WasmType.externref || type === WasmType.exnref;
}

/** A reference type (section 5.3.3). */
export function readReferenceType(reader: ByteReader): ReferenceType {
  const offset = reader.offset;
  const type = readValueType(reader);
  if (!isReference(type)) throw invalid(offset, "not a reference type");
  return type;
}

/** A function type (section 5.3.6). */
export function readFunctionType(reader: ByteReader): FunctionType {
  const offset = reader.offset;
  const form = reader.u8();
  if ([0x50, 0x4f, 0x4e, 0x5f, 0x5e].includes(form)) {
    throw new UnsupportedError("garbage-collected types", offset);
  }
  if (form !== 0x60) throw invalid(offset, "malformed function type");
  return {
    parameters: readLimited(reader, "parameters", () => readValueType(reader)),
    results: readLimited(reader, "results", () => readValueType(reader)),
  };
}

/** Limits of a table (section 5.3.7). */
export function readTableLimits(reader: ByteReader): Limits {
  const offset = reader.offset;
  const flags = reader.u8();
  if (flags === 4 || flags === 5) throw new UnsupportedError("64-bit tables", offset);
  if (flags > 1) throw invalid(offset, "malformed limits of a table");
  const limits = readBounds(reader, flags);
  checkLimit("tableEntries", limits.minimum, offset);
  return limits;
}

/** Limits of a memory (section 5.3.8). */
export function readMemoryLimits(reader: ByteReader): Limits & { readonly isShared: boolean } {
  const offset = reader.offset;
  const flags = reader.u8();
  if ((flags & 8) !== 0) throw new UnsupportedError("custom page sizes", offset);
  if ((flags & 4) !== 0) throw new UnsupportedError("64-bit memory", offset);
  if (flags > 3) throw invalid(offset, "malformed limits of a memory");
  if (flags === 2) throw invalid(offset, "shared memory must have maximum");
  const limits = readBounds(reader, flags & 1);
  checkLimit("memoryPages", limits.minimum, offset);
  checkLimit("memoryPages", limits.maximum ?? 0, offset);
  return { ...limits, isShared: flags === 3 };
}

/** A vector: its length, then its items, each at least one byte long (section 5.1.3). */
export function readVector<Item>(reader: ByteReader, readItem: (index: number) => Item): Item[] {
  const offset = reader.offset;
  const length = reader.u32();
  if (length > reader.remaining) throw invalid(offset, "length out of bounds");
  const items: Item[] = [];
  for (let index = 0; index < length; index++) items.push(readItem(index));
  return items;
}

/** A name: length and UTF-8 text (section 5.2.4). */
export function readName(reader: ByteReader): string {
  return reader.text(reader.u32());
}

function readBounds(reader: ByteReader, flags: number): Limits {
  const offset = reader.offset;
  const minimum = reader.u32();
  const maximum = flags === 1 ? reader.u32() : undefined;
  if (maximum !== undefined && minimum > maximum) {
    throw invalid(offset, `the minimum ${minimum} is greater than the maximum ${maximum}`);
  }
  return { minimum, maximum };
}
