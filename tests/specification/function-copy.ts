import { ByteReader } from "../../src/compiler/bytes/reader.ts";
import { ByteWriter } from "../../src/compiler/bytes/writer.ts";
import { InstructionReader } from "../../src/compiler/wasm/instruction-reader.ts";
import type { Module } from "../../src/compiler/wasm/module.ts";
import { immediateKinds } from "../../src/compiler/wasm/opcodes.ts";

/** Where things of a module stand in the module that it is merged into. */
export interface IndexMaps {
  readonly type: (index: number) => number;
  readonly function: (index: number) => number;
  readonly table: (index: number) => number;
  readonly global: (index: number) => number;
  readonly data: (index: number) => number;
  readonly element: (index: number) => number;
}

/** A function's body with other indices; everything else keeps its bytes. */
export function copyBody(module: Module, functionIndex: number, maps: IndexMaps): Uint8Array {
  const { body } = module.functions[functionIndex] ?? {};
  if (body === undefined) throw new RangeError(`function ${functionIndex} has no body`);
  const reader = new InstructionReader(module, functionIndex);
  const writer = new ByteWriter();
  let copied = body.start;
  while (!reader.atEnd) {
    reader.next();
    const indices = mappedImmediates(module, reader, maps);
    if (indices === undefined) continue;
    const bytes = new ByteReader(module.bytes, reader.offset, body.end);
    if (bytes.u8() === 0xfc) bytes.u32();
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
    case "blockType": {
      const code = new ByteReader(module.bytes, offset + 1).s33();
      return code < 0 ? undefined : [{ value: maps.type(code), isSigned: true }];
    }
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
    case "dataAndMemory":
      return [{ value: maps.data(index) }];
    case "element":
      return [{ value: maps.element(index) }];
    case "elementAndTable":
      return [{ value: maps.element(index) }, { value: maps.table(second) }];
    default:
      return undefined;
  }
}
