import { ByteReader } from "../../src/compiler/bytes/reader.ts";
import { ByteWriter } from "../../src/compiler/bytes/writer.ts";
import { InstructionReader } from "../../src/compiler/wasm/instruction-reader.ts";
import { type Module, WasmType } from "../../src/compiler/wasm/module.ts";
import { immediateKinds } from "../../src/compiler/wasm/opcodes.ts";

/** Where things of a module stand in the module that it is merged into. */
export interface IndexMaps {
  readonly type: (index: number) => number;
  readonly function: (index: number) => number;
  readonly table: (index: number) => number;
  readonly global: (index: number) => number;
  readonly memory: (index: number) => number;
  readonly tag: (index: number) => number;
  readonly data: (index: number) => number;
  readonly element: (index: number) => number;
  /** Whether references of the host become references to functions, which stand in for them. */
  readonly replacesHosts: boolean;
}

/** A type of the copy: references of the host are functions there if that is wanted. */
export function copiedType<Type extends number>(
  type: Type,
  replacesHosts: boolean,
): Type | typeof WasmType.funcref {
  return replacesHosts && type === WasmType.externref ? WasmType.funcref : type;
}

/** A function's body with other indices; everything else keeps its bytes. */
export function copyBody(module: Module, functionIndex: number, maps: IndexMaps): Uint8Array {
  const { body } = module.functions[functionIndex] ?? {};
  if (body === undefined) throw new RangeError(`function ${functionIndex} has no body`);
  const reader = new InstructionReader(module, functionIndex);
  const writer = new ByteWriter();
  let copied = body.start;
  if (maps.replacesHosts) {
    const bytes = new ByteReader(module.bytes, body.start, body.end);
    const declarations = bytes.u32();
    writer.unsignedLeb(declarations);
    for (let left = declarations; left > 0; left--) {
      writer.unsignedLeb(bytes.u32());
      writer.u8(copiedType(bytes.u8(), true));
    }
    copied = bytes.offset;
  }
  while (!reader.atEnd) {
    reader.next();
    const bytes = new ByteReader(module.bytes, reader.offset, body.end);
    if (bytes.u8() >= 0xfb && reader.opcode >= 0x100) bytes.u32();
    const kind = immediateKinds[reader.opcode];
    if (kind === "access" || kind === "accessAndLane") {
      writer.bytes(module.bytes.subarray(copied, bytes.offset));
      copied = copyMemory(bytes, writer, maps.memory(reader.index));
      continue;
    }
    if (immediateKinds[reader.opcode] === "tryTable") {
      writer.bytes(module.bytes.subarray(copied, bytes.offset));
      copied = copyTryTable(module, bytes, writer, maps);
      continue;
    }
    const indices = mappedImmediates(module, reader, maps);
    if (indices === undefined) continue;
    writer.bytes(module.bytes.subarray(copied, bytes.offset));
    for (const { value, isSigned } of indices) {
      if (isSigned) {
        bytes.s33();
        writer.signedLeb(value);
      } else {
        bytes.u32();
        writer.unsignedLeb(value);
      }
    }
    copied = bytes.offset;
  }
  writer.bytes(module.bytes.subarray(copied, body.end));
  return writer.toBytes();
}

/** The flag of a memory access behind which the memory's index stands. */
const namesMemory = 0x40;

/** Writes the flags of an access to another memory; gives where its offset begins. */
function copyMemory(bytes: ByteReader, writer: ByteWriter, memory: number): number {
  const flags = bytes.u32();
  if ((flags & namesMemory) !== 0) bytes.u32();
  writer.unsignedLeb(flags | namesMemory);
  writer.unsignedLeb(memory);
  return bytes.offset;
}

interface Immediate {
  readonly value: number;
  readonly isSigned?: boolean;
}

/** The immediates from the first on that change, or undefined. */
function mappedImmediates(
  module: Module,
  reader: InstructionReader,
  maps: IndexMaps,
): readonly Immediate[] | undefined {
  const { index, offset, opcode, second } = reader;
  switch (immediateKinds[opcode]) {
    case "blockType":
      return mappedBlockType(module, offset + 1, maps);
    case "tag":
      return [{ value: maps.tag(index) }];
    case "referenceType":
      return maps.replacesHosts ? reader.types.map(copiedTypeImmediate) : undefined;
    case "types":
      return maps.replacesHosts
        ? [{ value: reader.types.length }, ...reader.types.map(copiedTypeImmediate)]
        : undefined;
    case "function":
      return [{ value: maps.function(index) }];
    case "typeAndTable":
      return [{ value: maps.type(index) }, { value: maps.table(second) }];
    case "global":
      return [{ value: maps.global(index) }];
    case "table":
      return [{ value: maps.table(index) }];
    case "tables":
      return [{ value: maps.table(index) }, { value: maps.table(second) }];
    case "data":
      return [{ value: maps.data(index) }];
    case "dataAndMemory":
      return [{ value: maps.data(index) }, { value: maps.memory(second) }];
    case "memory":
      return [{ value: maps.memory(index) }];
    case "memories":
      return [{ value: maps.memory(index) }, { value: maps.memory(second) }];
    case "element":
      return [{ value: maps.element(index) }];
    case "elementAndTable":
      return [{ value: maps.element(index) }, { value: maps.table(second) }];
    default:
      return undefined;
  }
}

/** The type of the block at an offset, or undefined where it stays. */
function mappedBlockType(
  module: Module,
  offset: number,
  maps: IndexMaps,
): readonly Immediate[] | undefined {
  const code = new ByteReader(module.bytes, offset).s33();
  if (code >= 0) return [{ value: maps.type(code), isSigned: true }];
  return maps.replacesHosts ? [copiedTypeImmediate(code & 0x7f)] : undefined;
}

/** Writes a try_table's type and catches; gives where what follows begins. */
function copyTryTable(
  module: Module,
  bytes: ByteReader,
  writer: ByteWriter,
  maps: IndexMaps,
): number {
  const [type] = mappedBlockType(module, bytes.offset, maps) ?? [];
  writer.signedLeb(type?.value ?? new ByteReader(module.bytes, bytes.offset).s33());
  bytes.s33();
  const count = bytes.u32();
  writer.unsignedLeb(count);
  for (let left = count; left > 0; left--) {
    const kind = bytes.u8();
    writer.u8(kind);
    if (kind < 2) writer.unsignedLeb(maps.tag(bytes.u32()));
    writer.unsignedLeb(bytes.u32());
  }
  return bytes.offset;
}

/** Types are single bytes, which read as negative numbers of seven bits. */
function copiedTypeImmediate(type: number): Immediate {
  return { value: copiedType(type, true) - 0x80, isSigned: true };
}
