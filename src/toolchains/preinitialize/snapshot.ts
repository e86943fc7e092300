/** The parts of a running instance that a snapshot keeps, written as sections. */
import { ByteReader } from "../../compiler/bytes/reader.ts";
import { ByteWriter } from "../../compiler/bytes/writer.ts";
import { type Module, WasmType, type WasmTypeId } from "../../compiler/wasm/module.ts";

const memoryPageBytes = 65_536;

/** What is written or left out at once, in words of 4 bytes. */
const blockWords = 64;

/** What is looked at first, in one native step: most of a memory that is zero is so far and wide. */
const zeroSpan = new Uint8Array(16_384);
const spanWords = zeroSpan.length / 4;

/** Bytes of a memory from an address on. */
interface Run {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The runs of blocks of a memory, a whole number of pages, that are not all zero. */
function nonZeroRuns(memory: Uint8Array): Run[] {
  const runs: Run[] = [];
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length >>> 2);
  let start = -1;
  let zeroUntil = 0;
  for (let block = 0; block <= words.length; block += blockWords) {
    if (block % spanWords === 0 && isZeroSpan(memory, block * 4)) zeroUntil = block + spanWords;
    const isZero = block < zeroUntil || isZeroBlock(words, block);
    if (!isZero && start < 0) start = block;
    if (isZero && start >= 0) {
      runs.push({ address: start * 4, bytes: memory.subarray(start * 4, block * 4) });
      start = -1;
    }
  }
  return runs;
}

function isZeroSpan(memory: Uint8Array, start: number): boolean {
  return Buffer.compare(memory.subarray(start, start + zeroSpan.length), zeroSpan) === 0;
}

/** Whether a block of words is zero; what lies behind the last is. */
function isZeroBlock(words: Int32Array, start: number): boolean {
  const end = Math.min(start + blockWords, words.length);
  for (let index = start; index < end; index++) if (words[index] !== 0) return false;
  return true;
}

/** The data section of a snapshot, and how many segments it has. Passive segments keep their place. */
export function dataSection(
  module: Module,
  memory: Uint8Array,
): { readonly content: Uint8Array; readonly count: number } {
  const lastPassive = module.data.findLastIndex(({ mode }) => mode === "passive");
  const kept = module.data.slice(0, lastPassive + 1);
  const runs = nonZeroRuns(memory);
  const writer = new ByteWriter(memory.length);
  writer.unsignedLeb(kept.length + runs.length);
  for (const { mode, contents } of kept) {
    if (mode === "passive") {
      writer.u8(1);
      writer.unsignedLeb(contents.end - contents.start);
      writer.bytes(module.bytes.subarray(contents.start, contents.end));
    } else writeActive(writer, 0, new Uint8Array(0));
  }
  for (const { address, bytes } of runs) writeActive(writer, address, bytes);
  return { content: writer.toBytes(), count: kept.length + runs.length };
}

function writeActive(writer: ByteWriter, address: number, bytes: Uint8Array): void {
  writer.u8(0);
  writeConstant(writer, WasmType.i32, address | 0);
  writer.unsignedLeb(bytes.length);
  writer.bytes(bytes);
}

/** The memory section of a module whose memory has grown to this many bytes. */
export function memorySection(module: Module, lengthBytes: number): Uint8Array {
  const maximum = module.memories[0]?.maximum;
  const writer = new ByteWriter();
  writer.u8(1);
  writer.u8(maximum === undefined ? 0 : 1);
  writer.unsignedLeb(lengthBytes / memoryPageBytes);
  if (maximum !== undefined) writer.unsignedLeb(maximum);
  return writer.toBytes();
}

/**
 * The global section with new initial values by the globals' index; the others stay as they are.
 * `content` is the old section.
 */
export function globalSection(
  module: Module,
  content: Uint8Array,
  values: ReadonlyMap<number, number | bigint>,
): Uint8Array {
  const reader = new ByteReader(content);
  const writer = new ByteWriter(content.length);
  const imported = module.globals.filter((global) => global.import !== undefined).length;
  const count = reader.u32();
  writer.unsignedLeb(count);
  for (let index = imported; index < imported + count; index++) {
    const start = reader.offset;
    const type = reader.u8() as WasmTypeId;
    const mutability = reader.u8();
    skipExpression(reader);
    const value = values.get(index);
    if (value === undefined) {
      writer.bytes(content.subarray(start, reader.offset));
      continue;
    }
    writer.u8(type);
    writer.u8(mutability);
    writeConstant(writer, type, value);
  }
  return writer.toBytes();
}

/** Skips a constant expression of WebAssembly 2.0: one instruction and `end`. */
function skipExpression(reader: ByteReader): void {
  switch (reader.u8()) {
    case 0x41: // i32.const
    case 0x42: // i64.const
      while (reader.u8() > 0x7f);
      break;
    case 0x43: // f32.const
      reader.offset += 4;
      break;
    case 0x44: // f64.const
      reader.offset += 8;
      break;
    case 0x23: // global.get
    case 0xd2: // ref.func
      reader.u32();
      break;
    case 0xd0: // ref.null
      reader.u8();
  }
  reader.u8();
}

function writeConstant(writer: ByteWriter, type: WasmTypeId, value: number | bigint): void {
  const floats = new DataView(new ArrayBuffer(8));
  switch (type) {
    case WasmType.i32:
      writer.u8(0x41);
      writer.signedLeb(value);
      break;
    case WasmType.i64:
      writer.u8(0x42);
      writer.signedLeb(value);
      break;
    case WasmType.f32:
      floats.setFloat32(0, Number(value), true);
      writer.u8(0x43);
      writer.u32(floats.getUint32(0, true));
      break;
    default:
      floats.setFloat64(0, Number(value), true);
      writer.u8(0x44);
      writer.u64(floats.getBigUint64(0, true));
  }
  writer.u8(0x0b);
}
