import { ByteWriter } from "../../../src/compiler/bytes/writer.ts";
import { CodeWriter, type NumberType, type Signature, typeBytes } from "./code-writer.ts";

/** A function's locals beyond its parameters, and its instructions with the last `end`. */
export interface FunctionBody {
  readonly locals: readonly NumberType[];
  readonly code: CodeWriter;
}

/** Functions that every module begins with. */
export const known = {
  fdWrite: 0,
  log: 1,
  bits32: 2,
  bits64: 3,
  lanes32: 4,
  lanes64: 5,
  logVector: 6,
  first: 7,
} as const;

/** Globals that every module begins with; behind them one of each type of number. */
export const knownGlobals = { cursor: 0, fuel: 1, zero: 2, firstNumber: 3 } as const;

/** Pages of memory: the first is the functions' own, the others hold what is logged. */
const logAddress = 65_536;
const pages = 4;
const vectorAddress = 16;
const fuelOfCall = 20_000;

/** The types, functions and table of a module. */
export class Program {
  private readonly types: string[] = [];
  private readonly signatures: Signature[] = [];
  readonly functions: { readonly signature: Signature; readonly body: FunctionBody }[] = [];

  constructor() {
    const add = (parameters: NumberType[], results: NumberType[], body: FunctionBody) =>
      this.functions.push({ signature: { parameters, results }, body });
    add(["i64"], [], logBody());
    add(["f32"], ["i32"], bitsBody("f32"));
    add(["f64"], ["i64"], bitsBody("f64"));
    add(["v128"], ["v128"], lanesBody("f32x4", 0x7fc00000_7fc00000n));
    add(["v128"], ["v128"], lanesBody("f64x2", 0x7ff8_0000_0000_0000n));
    add(["v128"], [], logVectorBody());
  }

  typeIndex(signature: Signature): number {
    const key = JSON.stringify([signature.parameters, signature.results]);
    const index = this.types.indexOf(key);
    if (index >= 0) return index;
    this.signatures.push(signature);
    return this.types.push(key) - 1;
  }

  /** The module with a start that calls `calls`, logs results, and writes everything out. */
  toBytes(calls: CodeWriter): Uint8Array {
    const start: FunctionBody = { locals: ["i32"], code: calls };
    writeOutput(calls);
    const all = [...this.functions, { signature: { parameters: [], results: [] }, body: start }];
    const imported: Signature = { parameters: ["i32", "i32", "i32", "i32"], results: ["i32"] };
    const importedType = this.typeIndex(imported);
    const indices = all.map(({ signature }) => this.typeIndex(signature));
    const module = new ByteWriter();
    module.u32(0x6d736100);
    module.u32(1);
    section(module, 1, (out) => list(out, this.signatures, writeSignature));
    section(module, 2, (out) => writeImport(out, importedType));
    section(module, 3, (out) => list(out, indices, (each, index) => each.unsignedLeb(index)));
    section(module, 4, (out) => out.bytes(Uint8Array.of(1, 0x70, 0, all.length)));
    section(module, 5, (out) => out.bytes(Uint8Array.of(1, 0, pages)));
    section(module, 6, writeGlobals);
    section(module, 7, (out) => writeExports(out, all.length));
    section(module, 9, (out) => writeElements(out, all.length - 1));
    section(module, 10, (out) => list(out, all, (each, { body }) => writeBody(each, body)));
    return module.toBytes();
  }
}

/** Gives a call its share of fuel. */
export function refuel(code: CodeWriter): void {
  code.i32(fuelOfCall);
  code.op("global.set", knownGlobals.fuel);
}

/** Fills the functions' own memory with numbers, which change from word to word. */
export function fillMemory(code: CodeWriter): void {
  code.structured("loop", -64);
  code.op("local.get", 0);
  code.op("local.get", 0);
  code.op("i64.extend_i32_u");
  code.i64(0x9e3779b97f4a7c15n);
  code.op("i64.mul");
  code.op("local.get", 0);
  code.op("i64.extend_i32_u");
  code.op("i64.rotl");
  code.op("i64.store", 0, 64);
  code.op("local.get", 0);
  code.i32(8);
  code.op("i32.add");
  code.op("local.tee", 0);
  code.i32(0x8000);
  code.op("i32.lt_u");
  code.op("br_if", 0);
  code.op("end");
  code.i32(0);
  code.op("local.set", 0);
}

/** Logs the value on the stack. */
export function logValue(code: CodeWriter, type: NumberType): void {
  if (type === "v128") return code.op("call", known.logVector);
  if (type === "f32") code.op("call", known.bits32);
  if (type === "f64") code.op("call", known.bits64);
  if (type === "i32" || type === "f32") code.op("i64.extend_i32_u");
  code.op("call", known.log);
}

/** Appends to the log while there is room. */
function logBody(): FunctionBody {
  const code = new CodeWriter();
  code.op("global.get", knownGlobals.cursor);
  code.op("local.get", 0);
  code.op("i64.store", 3, 0);
  code.op("global.get", knownGlobals.cursor);
  code.op("global.get", knownGlobals.cursor);
  code.i32(pages * 65_536 - 32);
  code.op("i32.lt_u");
  code.i32(3);
  code.op("i32.shl");
  code.op("i32.add");
  code.op("global.set", knownGlobals.cursor);
  code.op("end");
  return { locals: [], code };
}

/** The bits of a float, every NaN as the same one: which NaN comes out is not specified. */
function bitsBody(type: "f32" | "f64"): FunctionBody {
  const code = new CodeWriter();
  if (type === "f32") code.i32(0x7fc00000);
  else code.i64(0x7ff8000000000000n);
  code.op("local.get", 0);
  code.op(type === "f32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
  code.op("local.get", 0);
  code.op("local.get", 0);
  code.op(`${type}.ne`);
  code.op("select");
  code.op("end");
  return { locals: [], code };
}

/** A vector with every NaN among its float lanes as the same one. */
function lanesBody(shape: "f32x4" | "f64x2", nan: bigint): FunctionBody {
  const code = new CodeWriter();
  code.op("local.get", 0);
  code.v128(nan, nan);
  code.op("local.get", 0);
  code.op("local.get", 0);
  code.op(`${shape}.eq`);
  code.op("v128.bitselect");
  code.op("end");
  return { locals: [], code };
}

function logVectorBody(): FunctionBody {
  const code = new CodeWriter();
  for (const lane of [0, 1]) {
    code.op("local.get", 0);
    code.op("i64x2.extract_lane", lane);
    code.op("call", known.log);
  }
  code.op("end");
  return { locals: [], code };
}

/** Writes memory, log and a newline to the standard output, however much each call takes. */
function writeOutput(code: CodeWriter): void {
  code.op("global.get", knownGlobals.cursor);
  code.i32(10);
  code.op("i32.store8", 0, 0);
  code.structured("loop", -64);
  code.i32(vectorAddress);
  code.op("local.get", 0);
  code.op("i32.store", 2, 0);
  code.i32(vectorAddress);
  code.op("global.get", knownGlobals.cursor);
  code.op("local.get", 0);
  code.op("i32.sub");
  code.i32(1);
  code.op("i32.add");
  code.op("i32.store", 2, 4);
  code.i32(1);
  code.i32(vectorAddress);
  code.i32(1);
  code.i32(vectorAddress + 8);
  code.op("call", known.fdWrite);
  code.op("drop");
  code.op("local.get", 0);
  code.i32(vectorAddress);
  code.op("i32.load", 2, 8);
  code.op("i32.add");
  code.op("local.tee", 0);
  code.op("global.get", knownGlobals.cursor);
  code.op("i32.le_u");
  code.op("br_if", 0);
  code.op("end");
  code.op("end");
}

function section(module: ByteWriter, id: number, write: (out: ByteWriter) => void): void {
  const contents = new ByteWriter();
  write(contents);
  module.u8(id);
  sized(module, contents);
}

function sized(out: ByteWriter, contents: ByteWriter): void {
  out.unsignedLeb(contents.length);
  out.bytes(contents.toBytes());
}

function list<Item>(
  out: ByteWriter,
  items: readonly Item[],
  write: (out: ByteWriter, item: Item) => void,
): void {
  out.unsignedLeb(items.length);
  for (const item of items) write(out, item);
}

function writeSignature(out: ByteWriter, { parameters, results }: Signature): void {
  out.u8(0x60);
  for (const types of [parameters, results])
    list(out, types, (each, type) => each.u8(typeBytes[type]));
}

function name(out: ByteWriter, text: string): void {
  out.unsignedLeb(text.length);
  out.text(text);
}

function writeImport(out: ByteWriter, typeIndex: number): void {
  out.unsignedLeb(1);
  name(out, "wasi_snapshot_preview1");
  name(out, "fd_write");
  out.u8(0);
  out.unsignedLeb(typeIndex);
}

function writeGlobals(out: ByteWriter): void {
  const initials: ((code: CodeWriter) => void)[] = [
    (code) => code.i32(logAddress),
    (code) => code.i32(fuelOfCall),
    (code) => code.i32(0),
    (code) => code.i32(-3),
    (code) => code.i64(0x123456789n),
    (code) => code.f32(1.5),
    (code) => code.f64(-2.25),
    (code) => code.v128(0x0123456789abcdefn, 0xff00_7fff_8000_0001n),
  ];
  const types: NumberType[] = ["i32", "i32", "i32", "i32", "i64", "f32", "f64", "v128"];
  list(out, initials, (each, write) => {
    const code = new CodeWriter();
    write(code);
    code.op("end");
    each.u8(typeBytes[types[initials.indexOf(write)] ?? "i32"]);
    each.u8(1);
    each.bytes(code.bytes.toBytes());
  });
}

function writeExports(out: ByteWriter, startFunction: number): void {
  out.unsignedLeb(2);
  name(out, "memory");
  out.bytes(Uint8Array.of(2, 0));
  name(out, "_start");
  out.u8(0);
  out.unsignedLeb(startFunction);
}

/** Entry n of the table is function n + 1. */
function writeElements(out: ByteWriter, count: number): void {
  out.bytes(Uint8Array.of(1, 0, 0x41, 0, 0x0b));
  list(
    out,
    Array.from({ length: count }, (_, index) => index + 1),
    (each, index) => each.unsignedLeb(index),
  );
}

function writeBody(out: ByteWriter, { locals, code }: FunctionBody): void {
  const body = new ByteWriter();
  list(body, locals, (each, type) => each.bytes(Uint8Array.of(1, typeBytes[type])));
  body.bytes(code.bytes.toBytes());
  sized(out, body);
}
