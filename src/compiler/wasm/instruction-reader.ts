import { ByteReader } from "../bytes/reader.ts";
import { invalid, UnsupportedError } from "./errors.ts";
import { checkLimit, readLimited } from "./limits.ts";
import {
  type FunctionType,
  functionTypeOf,
  type Module,
  WasmType,
  type WasmTypeId,
} from "./module.ts";
import { functionName } from "./names.ts";
import {
  blockClosers,
  blockDividers,
  blockOpeners,
  featureOfOpcode,
  type ImmediateKind,
  immediateKinds,
  opcodeBehind,
} from "./opcodes.ts";
import {
  featureOfType,
  readReferenceType,
  readValueType,
  readVector,
  typeOfByte,
} from "./types.ts";

type RareImmediate = Extract<
  ImmediateKind,
  | "none"
  | "labels"
  | "types"
  | "referenceType"
  | "reserved"
  | "tryTable"
  | "v128"
  | "lane"
  | "accessAndLane"
  | "lanes"
>;

/** One catch of a try_table: of one tag or of all, with or without a reference to the exception. */
export interface Catch {
  /** Index of the tag; undefined for all. */
  readonly tag: number | undefined;
  readonly hasReference: boolean;
  /** Counted from outside of the try_table. */
  readonly label: number;
}

function readCatch(reader: ByteReader): Catch {
  const offset = reader.offset;
  const kind = reader.u8();
  if (kind > 3) throw invalid(offset, "malformed catch clause");
  const tag = kind < 2 ? reader.u32() : undefined;
  return { tag, hasReference: (kind & 1) === 1, label: reader.u32() };
}

/** The flag of a memory access behind which the memory's index stands. */
const namesMemory = 0x40;

const vectorBytes = 16;

const noTypes: readonly WasmTypeId[] = [];
const emptyBlockType: FunctionType = { parameters: noTypes, results: noTypes };

/** Types of blocks with one result, by the byte that they are written as. */
const singleResultTypes = new Map<number, FunctionType>(
  Object.values(WasmType).map((type) => [type, { parameters: noTypes, results: [type] }]),
);

/**
 * Reads a function's body instruction by instruction. `next` leaves the instruction in the public
 * fields; which of them hold something depends on the opcode's immediates. A body that breaks off
 * ends in a `ReadError`: see `withDecodeErrors`.
 */
export class InstructionReader {
  /** Types of the declared locals, parameters apart. */
  readonly locals: readonly WasmTypeId[];
  /** Number of the opcode, see `Opcode`. */
  opcode = 0;
  /** Where the opcode stands in the module's bytes. */
  offset = 0;
  /** Index of the label, local, global, table, memory, function, segment or type (unsigned). */
  index = 0;
  /** Second index: the table of call_indirect, a copy's source, a table's or memory's of an init. */
  second = 0;
  /** Low half of a constant; floats by their bits. */
  low = 0;
  /** High half of a constant. */
  high = 0;
  /** Alignment of a memory access, the exponent of a power of two. */
  alignment = 0;
  /** Constant offset of a memory access, below 2^32. */
  accessOffset = 0;
  /** A lane's number. */
  lane = 0;
  /** The 16 bytes of a v128 constant, or the 16 lanes of a shuffle. */
  vector: Uint8Array = new Uint8Array(vectorBytes);
  /** Labels of br_table, the default last. */
  labels: readonly number[] = [];
  /** Type of a block. */
  blockType: FunctionType = emptyBlockType;
  /** What a try_table catches, the first that fits. */
  catches: readonly Catch[] = [];
  /** Types of a select, or the one of a null. */
  types: readonly WasmTypeId[] = noTypes;

  private readonly module: Module;
  private readonly functionIndex: number;
  private readonly reader: ByteReader;
  private readonly firstInstruction: number;

  constructor(module: Module, functionIndex: number) {
    const body = module.functions[functionIndex]?.body;
    if (body === undefined) throw new RangeError(`function ${functionIndex} has no body`);
    this.module = module;
    this.functionIndex = functionIndex;
    this.reader = new ByteReader(module.bytes, body.start, body.end);
    this.locals = this.named(() => this.readLocals());
    this.firstInstruction = this.reader.offset;
  }

  /** Goes back to the first instruction. */
  rewind(): void {
    this.reader.offset = this.firstInstruction;
  }

  /** Whether the body is read to its end. */
  get atEnd(): boolean {
    return this.reader.remaining === 0;
  }

  /** Reads one instruction. */
  next(): void {
    const { reader } = this;
    this.offset = reader.offset;
    const opcode = reader.u8();
    this.opcode = opcode < 0xfc ? opcode : this.prefixed(opcode);
    const kind = immediateKinds[this.opcode];
    if (kind === undefined) throw this.unknownOpcode(this.opcode);
    if (kind !== "none") this.readImmediate(kind);
  }

  /** Skips to what ends or divides the current block (`end`, `else`, `catch` ...), and reads it. */
  skipBlock(): void {
    let depth = 0;
    for (;;) {
      this.next();
      const { opcode } = this;
      if (blockOpeners.has(opcode)) depth++;
      else if (blockClosers.has(opcode) && depth-- === 0) return;
      else if (blockDividers.has(opcode) && depth === 0) return;
    }
  }

  private prefixed(prefix: number): number {
    return opcodeBehind(prefix, prefix <= 0xfe ? this.reader.u32() : 0) ?? prefix;
  }

  private readImmediate(kind: ImmediateKind): void {
    const { reader } = this;
    switch (kind) {
      case "label":
      case "function":
      case "local":
      case "global":
      case "table":
      case "data":
      case "element":
      case "memory":
      case "tag":
        this.index = reader.u32();
        break;
      case "typeAndTable":
      case "elementAndTable":
      case "dataAndMemory":
      case "memories":
      case "tables":
        this.index = reader.u32();
        this.second = reader.u32();
        break;
      case "access":
        this.readAccess();
        break;
      case "i32":
        this.low = reader.s32();
        break;
      case "f32":
        this.low = reader.fixed32();
        break;
      case "i64":
        reader.s64();
        this.takeHalves();
        break;
      case "f64":
        reader.fixed64();
        this.takeHalves();
        break;
      case "blockType":
        this.readBlockType();
        break;
      default:
        this.readRareImmediate(kind);
    }
  }

  private readRareImmediate(kind: RareImmediate): void {
    const { reader } = this;
    switch (kind) {
      case "none":
        break;
      case "labels":
        this.labels = readLimited(reader, "switchLabels", () => reader.u32());
        this.labels = [...this.labels, reader.u32()];
        break;
      case "types":
        this.types = this.named(() => readVector(reader, () => readValueType(reader)));
        break;
      case "reserved":
        if (reader.u8() !== 0) throw invalid(this.offset, "zero byte expected");
        break;
      case "tryTable":
        this.readBlockType();
        this.catches = readVector(reader, () => readCatch(reader));
        break;
      case "referenceType":
        this.types = [this.named(() => readReferenceType(reader))];
        break;
      case "v128":
      case "lanes":
        this.vector = reader.take(vectorBytes);
        break;
      case "lane":
        this.lane = reader.u8();
        break;
      case "accessAndLane":
        this.readAccess();
        this.lane = reader.u8();
        break;
    }
  }

  private takeHalves(): void {
    this.low = this.reader.low;
    this.high = this.reader.high;
  }

  private readAccess(): void {
    const { reader } = this;
    const flags = reader.u32();
    if (flags >= 2 * namesMemory) throw invalid(this.offset, "malformed flags of a memory access");
    this.alignment = flags & (namesMemory - 1);
    this.index = (flags & namesMemory) === 0 ? 0 : reader.u32();
    this.accessOffset = reader.u32();
  }

  private readBlockType(): void {
    const { reader } = this;
    const offset = reader.offset;
    const code = reader.s33();
    if (code >= 0) {
      const type = this.module.types[code];
      if (type === undefined) throw invalid(offset, `unknown type ${code}`);
      this.blockType = type;
      return;
    }
    // Anything but a type index is one byte long.
    const byte = reader.offset - offset === 1 ? code & 0x7f : -1;
    const type = byte === 0x40 ? emptyBlockType : singleResultTypes.get(typeOfByte(byte) ?? -1);
    if (type === undefined) {
      const feature = featureOfType(byte);
      if (feature !== undefined) throw this.unsupported(feature, offset);
      throw invalid(offset, "malformed block type");
    }
    this.blockType = type;
  }

  private readLocals(): WasmTypeId[] {
    const { reader } = this;
    const locals: WasmTypeId[] = [];
    const parameters = functionTypeOf(this.module, this.functionIndex).parameters.length;
    readVector(reader, () => {
      const offset = reader.offset;
      const count = reader.u32();
      const type = readValueType(reader);
      checkLimit("locals", parameters + locals.length + count, offset);
      for (let index = 0; index < count; index++) locals.push(type);
    });
    return locals;
  }

  private unknownOpcode(opcode: number): Error {
    const feature = featureOfOpcode(opcode);
    if (feature !== undefined) return this.unsupported(feature, this.offset);
    return invalid(this.offset, `unknown opcode 0x${opcode.toString(16)}`);
  }

  private unsupported(feature: string, offset: number): UnsupportedError {
    return new UnsupportedError(feature, offset, functionName(this.module, this.functionIndex));
  }

  /** Adds the function's name to what `read` refuses. */
  private named<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      throw this.unsupported(error.feature, error.offset);
    }
  }
}
