import { ByteReader } from "../bytes/reader.ts";
import { ByteWriter } from "../bytes/writer.ts";
import { DwarfRegister, dwarfGeneralRegisters } from "./dwarf-unwinding.table.ts";
import { writeUnsigned } from "./entry-writer.ts";
import { ExpressionOperation as Operation } from "./operations.table.ts";

/** Where a local of WebAssembly is: in a register, or so many bytes above the stack pointer. */
export type LocalPlace = { readonly register: number } | { readonly stackOffset: number };

/** What expressions about an app refer to. */
export interface ExpressionContext {
  /** Where the app's memory begins. */
  readonly memoryBase: bigint;
  /** The address of a global variable of 4 bytes. */
  globalAddress(index: number): number | undefined;
}

/** One operation with its operands. */
export interface ExpressionStep {
  readonly code: number;
  readonly operands: readonly bigint[];
}

const localKind = 0n;
const globalKinds = [1n, 3n];
const floatRegisters = 16;

/** What each operation is followed by: `u` and `s` LEB128, digits the bytes of a fixed integer. */
const operandsOf = new Map<number, string>([
  [Operation.address, "4"],
  [Operation.dereference, ""],
  [Operation.constant1u, "1"],
  [Operation.constant2u, "2"],
  [Operation.constant4u, "4"],
  [Operation.constant8u, "8"],
  [Operation.constantUnsigned, "u"],
  [Operation.constantSigned, "s"],
  [Operation.plusConstant, "u"],
  [Operation.frameBase, "s"],
  [Operation.dereferenceSize, "1"],
  [Operation.stackValue, ""],
  [Operation.plus, ""],
  [Operation.minus, ""],
  [Operation.and, ""],
]);

/** The operations of an expression; undefined if it has one that is not known here. */
export function parseExpression(bytes: Uint8Array): ExpressionStep[] | undefined {
  const reader = new ByteReader(bytes);
  const steps: ExpressionStep[] = [];
  while (reader.remaining > 0) {
    const code = reader.u8();
    if (code === Operation.webAssemblyLocation) {
      const kind = BigInt(reader.u8());
      const index = kind === 3n ? reader.fixed32() >>> 0 : reader.u32();
      steps.push({ code, operands: [kind, BigInt(index)] });
      continue;
    }
    const isLiteral = code >= Operation.literal0 && code < Operation.register0;
    const operands = isLiteral ? "" : operandsOf.get(code);
    if (operands === undefined) return undefined;
    steps.push({ code, operands: [...operands].map((kind) => readOperand(reader, kind)) });
  }
  return steps;
}

function readOperand(reader: ByteReader, kind: string): bigint {
  if (kind === "u") return BigInt(reader.u32());
  if (kind === "s") {
    reader.s64();
    return (BigInt(reader.high) << 32n) | BigInt(reader.low >>> 0);
  }
  let value = 0n;
  for (let index = 0n; index < BigInt(kind); index++) value |= BigInt(reader.u8()) << (index * 8n);
  return value;
}

/** The local that an expression reads; undefined if there is none, or several. */
export function localOf(steps: readonly ExpressionStep[]): number | undefined {
  const locals = steps.flatMap(({ code, operands: [kind, index] }) =>
    code === Operation.webAssemblyLocation && kind === localKind ? [Number(index)] : [],
  );
  return locals.every((local) => local === locals[0]) ? locals[0] : undefined;
}

/** A frame base for native code: where the frame in the app's memory begins. */
export function translateFrameBase(
  steps: readonly ExpressionStep[],
  context: ExpressionContext,
  local?: LocalPlace,
): Uint8Array | undefined {
  const writer = new ByteWriter();
  const value = steps.filter(({ code }) => code !== Operation.stackValue);
  if (!writeSteps(writer, value, context, local)) return undefined;
  writeMemoryBase(writer, context, Operation.plus);
  return writer.toBytes();
}

/** A variable's place for native code. */
export function translateLocation(
  steps: readonly ExpressionStep[],
  context: ExpressionContext,
  local?: LocalPlace,
): Uint8Array | undefined {
  const writer = new ByteWriter();
  const [first, second] = steps;
  const isAlone = steps.length === 1;
  if (isAlone && first?.code === Operation.frameBase) {
    writer.u8(first.code);
    writer.signedLeb(first.operands[0] ?? 0n);
    return writer.toBytes();
  }
  const isLocal = first?.code === Operation.webAssemblyLocation && first.operands[0] === localKind;
  const isValue = isAlone || (steps.length === 2 && second?.code === Operation.stackValue);
  if (isLocal && isValue) {
    return local === undefined ? undefined : placeExpression(local);
  }
  if (!writeSteps(writer, steps, context, local)) return undefined;
  if (steps.at(-1)?.code !== Operation.stackValue) {
    writeMemoryBase(writer, context, Operation.plus);
  }
  return writer.toBytes();
}

/** Where a local is, as the whole place of a variable. */
function placeExpression(local: LocalPlace): Uint8Array {
  const writer = new ByteWriter();
  if ("register" in local) {
    const isFloat = local.register >= floatRegisters;
    const number = isFloat
      ? DwarfRegister.firstFloat + local.register - floatRegisters
      : (dwarfGeneralRegisters[local.register] ?? 0);
    writer.u8(Operation.register0 + number);
  } else {
    writer.u8(Operation.baseRegister0 + DwarfRegister.stackPointer);
    writer.signedLeb(local.stackOffset);
  }
  return writer.toBytes();
}

/** Computes in addresses of the app's own memory; whether that can be done. */
function writeSteps(
  writer: ByteWriter,
  steps: readonly ExpressionStep[],
  context: ExpressionContext,
  local: LocalPlace | undefined,
): boolean {
  for (const { code, operands } of steps) {
    const [operand = 0n] = operands;
    if (code === Operation.webAssemblyLocation) {
      if (!writeVariable(writer, operands, context, local)) return false;
    } else if (code === Operation.frameBase) {
      writer.u8(code);
      writer.signedLeb(operand);
      writeMemoryBase(writer, context, Operation.minus);
    } else if (code === Operation.dereference || code === Operation.dereferenceSize) {
      writeMemoryBase(writer, context, Operation.plus);
      writer.u8(Operation.dereferenceSize);
      writer.u8(code === Operation.dereference ? 4 : Number(operand));
    } else if (operands.length === 0) writer.u8(code);
    else if (code === Operation.constantSigned) {
      writer.u8(code);
      writer.signedLeb(operand);
    } else {
      writer.u8(code === Operation.plusConstant ? code : Operation.constantUnsigned);
      writeUnsigned(writer, operand);
    }
  }
  return true;
}

/** The value of a local or global. */
function writeVariable(
  writer: ByteWriter,
  [kind = 0n, index = 0n]: readonly bigint[],
  context: ExpressionContext,
  local: LocalPlace | undefined,
): boolean {
  if (kind === localKind) {
    if (local === undefined) return false;
    if ("register" in local) {
      if (local.register >= floatRegisters) return false;
      writer.u8(Operation.baseRegister0 + (dwarfGeneralRegisters[local.register] ?? 0));
      writer.signedLeb(0);
    } else {
      writer.bytes(placeExpression(local));
      writer.u8(Operation.dereference);
    }
    return true;
  }
  const address = globalKinds.includes(kind) ? context.globalAddress(Number(index)) : undefined;
  if (address === undefined) return false;
  writer.u8(Operation.constantUnsigned);
  writeUnsigned(writer, BigInt(address));
  writer.u8(Operation.dereferenceSize);
  writer.u8(4);
  return true;
}

function writeMemoryBase(writer: ByteWriter, { memoryBase }: ExpressionContext, by: number): void {
  writer.u8(Operation.constantUnsigned);
  writeUnsigned(writer, memoryBase);
  writer.u8(by);
}

/**
 * Where what a pointer leads to lies (DW_AT_data_location): pointers hold addresses of the app's own
 * memory, which are below 4 GiB, and everything else is found by addresses above.
 */
export function dataLocation({ memoryBase }: Pick<ExpressionContext, "memoryBase">): Uint8Array {
  const add = new ByteWriter();
  add.u8(Operation.constantUnsigned);
  writeUnsigned(add, memoryBase);
  add.u8(Operation.plus);
  const writer = new ByteWriter();
  writer.u8(Operation.pushObjectAddress);
  writer.u8(Operation.duplicate);
  writer.u8(Operation.constantUnsigned);
  writeUnsigned(writer, 2n ** 32n);
  writer.u8(Operation.greaterOrEqual);
  writer.u8(Operation.branch);
  writer.u16(add.length);
  writer.bytes(add.toBytes());
  return writer.toBytes();
}
