import { ByteWriter } from "../bytes/writer.ts";
import { WasmType } from "./module.ts";
import {
  type ImmediateKind,
  immediateKinds,
  Opcode,
  type OpcodeName,
  prefixOf,
} from "./opcodes.ts";

/** One function: "i32 i64 -> i32", types of locals, and instructions, one each line. */
export interface FunctionText {
  readonly name?: string;
  readonly type: string;
  readonly locals?: string;
  readonly code: string;
}

/** A small module for tests; blocks are written `block i32 -> i32`. */
export interface ModuleText {
  readonly imports?: readonly {
    readonly module: string;
    readonly name: string;
    readonly type: string;
  }[];
  readonly functions: readonly FunctionText[];
  /** Minimum and maximum in pages. */
  readonly memory?: readonly [number, number];
  /** Mutable i32 globals by their initial value, exported as g0, g1, ... */
  readonly globals?: readonly number[];
  /** Functions in the one table. */
  readonly table?: readonly number[];
}

/** The bytes of a module. Functions are exported under their names, or as f0, f1, ... */
export function assemble(text: ModuleText): Uint8Array<ArrayBuffer> {
  return new Assembler(text).assemble();
}

class Assembler {
  private readonly text: ModuleText;
  private readonly types: string[] = [];

  constructor(text: ModuleText) {
    this.text = text;
  }

  assemble(): Uint8Array<ArrayBuffer> {
    const { functions, globals = [], imports = [], memory, table } = this.text;
    const importSection = vector(imports, (writer, { module, name, type }) => {
      writeText(writer, module);
      writeText(writer, name);
      writer.u8(0);
      writer.unsignedLeb(this.typeIndex(type));
    });
    const declarations = vector(functions, (writer, { type }) => {
      writer.unsignedLeb(this.typeIndex(type));
    });
    const bodies = vector(functions, (writer, each) => this.writeBody(writer, each));
    const sections: [number, ByteWriter][] = [
      [1, vector(this.types, writeFunctionType)],
      [2, importSection],
      [3, declarations],
      [
        4,
        vector(table === undefined ? [] : [table], (writer, items) => {
          writer.bytes(Uint8Array.of(WasmType.funcref, 0));
          writer.unsignedLeb(items.length);
        }),
      ],
      [
        5,
        vector(memory === undefined ? [] : [memory], (writer, [minimum, maximum]) => {
          writer.u8(1);
          writer.unsignedLeb(minimum);
          writer.unsignedLeb(maximum);
        }),
      ],
      [6, vector(globals, writeGlobal)],
      [7, this.exports(imports.length)],
      [9, vector(table === undefined ? [] : [table], writeElements)],
      [10, bodies],
    ];
    const module = new ByteWriter();
    module.u32(0x6d736100);
    module.u32(1);
    for (const [id, contents] of sections) {
      if (contents.length <= 1) continue;
      module.u8(id);
      writeSized(module, contents);
    }
    return new Uint8Array(module.toBytes());
  }

  private exports(importCount: number): ByteWriter {
    const { functions, globals = [], memory } = this.text;
    const entries = [
      ...functions.map(({ name }, index) => ({
        name: name ?? `f${index}`,
        kind: 0,
        index: index + importCount,
      })),
      ...(memory === undefined ? [] : [{ name: "memory", kind: 2, index: 0 }]),
      ...globals.map((_, index) => ({ name: `g${index}`, kind: 3, index })),
    ];
    return vector(entries, (writer, { index, kind, name }) => {
      writeText(writer, name);
      writer.u8(kind);
      writer.unsignedLeb(index);
    });
  }

  private typeIndex(type: string): number {
    const normal = type.split(/\s+/).filter(Boolean).join(" ");
    const known = this.types.indexOf(normal);
    return known >= 0 ? known : this.types.push(normal) - 1;
  }

  private writeBody(writer: ByteWriter, { code, locals = "" }: FunctionText): void {
    const body = new ByteWriter();
    const types = locals.split(" ").filter(Boolean);
    body.unsignedLeb(types.length);
    for (const type of types) {
      body.u8(1);
      body.u8(typeByte(type));
    }
    for (const line of code.split("\n")) {
      const words = line.replace(/;;.*/, "").trim().split(/\s+/);
      if (words[0] !== "") this.writeInstruction(body, words);
    }
    body.u8(Opcode.end);
    writeSized(writer, body);
  }

  private writeInstruction(writer: ByteWriter, [name = "", ...words]: string[]): void {
    const opcode = Opcode[name as OpcodeName] as number | undefined;
    if (opcode === undefined) throw new Error(`no instruction ${name}`);
    const behind = prefixOf(opcode);
    if (behind === undefined) writer.u8(opcode);
    else {
      writer.u8(behind.prefix);
      writer.unsignedLeb(behind.number);
    }
    const kind = immediateKinds[opcode] ?? "none";
    if (kind === "blockType") writer.signedLeb(this.typeIndex(words.join(" ") || "->"));
    else if (kind === "typeAndTable") {
      writer.unsignedLeb(this.typeIndex(words.join(" ")));
      writer.u8(0);
    } else writeImmediate(writer, kind, words);
  }
}

const numberView = new DataView(new ArrayBuffer(8));

function writeImmediate(writer: ByteWriter, kind: ImmediateKind, words: readonly string[]): void {
  const [first = "0", second = "0"] = words;
  switch (kind) {
    case "none":
      break;
    case "i32":
    case "i64":
      writer.signedLeb(kind === "i32" ? Number(first) | 0 : BigInt.asIntN(64, BigInt(first)));
      break;
    case "f32":
      writer.u32(Number(first));
      break;
    case "f64":
      writer.u64(BigInt(first));
      break;
    case "access":
      writer.u8(0);
      writer.unsignedLeb(Number(first));
      break;
    case "accessAndLane":
      writer.u8(0);
      writer.unsignedLeb(Number(first));
      writer.u8(Number(second));
      break;
    case "v128":
    case "lanes":
      for (let byte = 0; byte < 16; byte++) writer.u8(Number(words[byte] ?? 0));
      break;
    case "labels":
      writer.unsignedLeb(words.length - 1);
      for (const word of words) writer.unsignedLeb(Number(word));
      break;
    case "memory":
      writer.u8(0);
      break;
    case "memories":
      writer.u16(0);
      break;
    case "referenceType":
      writer.u8(WasmType.funcref);
      break;
    case "tables":
    case "dataAndMemory":
    case "elementAndTable":
      writer.unsignedLeb(Number(first));
      writer.unsignedLeb(Number(second));
      break;
    default:
      writer.unsignedLeb(Number(first));
  }
}

/** The bits of an f64 as a constant's immediate. */
export function f64Bits(value: number): string {
  numberView.setFloat64(0, value);
  return numberView.getBigUint64(0).toString();
}

/** The bits of an f32 as a constant's immediate. */
export function f32Bits(value: number): string {
  numberView.setFloat32(0, value);
  return numberView.getUint32(0).toString();
}

function vector<Item>(items: readonly Item[], write: (writer: ByteWriter, item: Item) => void) {
  const writer = new ByteWriter();
  writer.unsignedLeb(items.length);
  for (const item of items) write(writer, item);
  return writer;
}

function writeSized(writer: ByteWriter, contents: ByteWriter): void {
  writer.unsignedLeb(contents.length);
  writer.bytes(contents.toBytes());
}

function writeText(writer: ByteWriter, text: string): void {
  writer.unsignedLeb(text.length);
  writer.text(text);
}

function writeFunctionType(writer: ByteWriter, type: string): void {
  writer.u8(0x60);
  for (const side of type.split("->")) {
    const types = side.split(" ").filter(Boolean);
    writer.unsignedLeb(types.length);
    for (const each of types) writer.u8(typeByte(each));
  }
}

function writeGlobal(writer: ByteWriter, initial: number): void {
  writer.bytes(Uint8Array.of(WasmType.i32, 1, Opcode["i32.const"]));
  writer.signedLeb(initial);
  writer.u8(Opcode.end);
}

function writeElements(writer: ByteWriter, items: readonly number[]): void {
  writer.bytes(Uint8Array.of(0, Opcode["i32.const"], 0, Opcode.end));
  writer.unsignedLeb(items.length);
  for (const item of items) writer.unsignedLeb(item);
}

function typeByte(name: string): number {
  return WasmType[name as keyof typeof WasmType];
}
