import { InstructionReader } from "./instruction-reader.ts";
import {
  type FunctionType,
  functionTypeOf,
  type Module,
  WasmType,
  type WasmTypeId,
} from "./module.ts";
import { functionName, namesOf } from "./names.ts";
import {
  blockClosers,
  blockDividers,
  blockOpeners,
  immediateKinds,
  nameOfOpcode,
} from "./opcodes.ts";

/** One instruction of a function as text. */
export interface InstructionLine {
  /** Where the opcode stands in the module's bytes. */
  readonly offset: number;
  /** How many blocks it stands in. */
  readonly depth: number;
  /** As in the text format (section 6.5), with names where the module has them. */
  readonly text: string;
}

/** The instructions of a function that is not imported; throws what the decoder throws. */
export function functionText(module: Module, functionIndex: number): InstructionLine[] {
  const reader = new InstructionReader(module, functionIndex);
  const lines: InstructionLine[] = [];
  let depth = 0;
  while (!reader.atEnd) {
    reader.next();
    const { offset, opcode } = reader;
    if (blockClosers.has(opcode)) depth = Math.max(0, depth - 1);
    const isDivider = blockDividers.has(opcode);
    const text = [nameOfOpcode(opcode) ?? "", ...immediates(module, functionIndex, reader)].join(
      " ",
    );
    lines.push({ offset, depth: isDivider ? depth - 1 : depth, text });
    if (blockOpeners.has(opcode)) depth++;
  }
  return lines;
}

const typeNames = new Map<number, string>(
  Object.entries(WasmType).map(([name, type]) => [type, name]),
);

/** Words for types, "i32 i64". */
function typeWords(types: readonly WasmTypeId[]): string {
  return types.map((type) => typeNames.get(type) ?? `0x${type.toString(16)}`).join(" ");
}

/** A function type as text: "(param i32 i64) (result f32)". */
function typeText({ parameters, results }: FunctionType): string {
  return [
    ...(parameters.length === 0 ? [] : [`(param ${typeWords(parameters)})`]),
    ...(results.length === 0 ? [] : [`(result ${typeWords(results)})`]),
  ].join(" ");
}

/** The type of a function as text. */
export function signatureText(module: Module, functionIndex: number): string {
  return typeText(functionTypeOf(module, functionIndex));
}

function immediates(module: Module, functionIndex: number, reader: InstructionReader): string[] {
  const { index, second } = reader;
  switch (immediateKinds[reader.opcode]) {
    case "function":
      return [`$${functionName(module, index)}`];
    case "local":
      return [localText(module, functionIndex, index)];
    case "label":
    case "global":
    case "table":
    case "data":
    case "element":
    case "memory":
    case "tag":
      return [String(index)];
    case "memories":
    case "tables":
    case "elementAndTable":
    case "dataAndMemory":
      return [String(index), String(second)];
    case "typeAndTable":
      return [typeOf(module, index), ...(second === 0 ? [] : [`(table ${second})`])];
    case "labels":
      return reader.labels.map(String);
    case "blockType":
      return blockTypeOf(reader);
    case "tryTable":
      return [...blockTypeOf(reader), ...reader.catches.map(catchText)];
    case "types":
      return reader.types.length === 0 ? [] : [`(result ${typeWords(reader.types)})`];
    case "referenceType":
      return [typeWords(reader.types)];
    default:
      return numbers(reader);
  }
}

/** Constants, addresses and lanes. */
function numbers(reader: InstructionReader): string[] {
  const { lane, vector } = reader;
  switch (immediateKinds[reader.opcode]) {
    case "i32":
      return [String(reader.low | 0)];
    case "i64":
      return [String(bitsOf(reader, (view) => view.getBigInt64(0, true)))];
    case "f32":
      return [String(bitsOf(reader, (view) => view.getFloat32(0, true)))];
    case "f64":
      return [String(bitsOf(reader, (view) => view.getFloat64(0, true)))];
    case "access":
      return addressText(reader);
    case "accessAndLane":
      return [...addressText(reader), String(lane)];
    case "lane":
      return [String(lane)];
    case "lanes":
      return Array.from(vector, String);
    case "v128":
      return ["i8x16", ...Array.from(vector, String)];
    default:
      return [];
  }
}

function bitsOf<Result>(
  { low, high }: InstructionReader,
  read: (view: DataView) => Result,
): Result {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, low, true);
  view.setInt32(4, high, true);
  return read(view);
}

function localText(module: Module, functionIndex: number, local: number): string {
  const name = namesOf(module).locals(functionIndex).get(local);
  return name === undefined || name === "" ? String(local) : `$${name}`;
}

function typeOf(module: Module, index: number): string {
  const type = module.types[index];
  return type === undefined ? `(type ${index})` : typeText(type);
}

function blockTypeOf({ blockType }: InstructionReader): string[] {
  const text = typeText(blockType);
  return text === "" ? [] : [text];
}

function addressText({ accessOffset, index }: InstructionReader): string[] {
  const memory = index === 0 ? [] : [String(index)];
  return accessOffset === 0 ? memory : [...memory, `offset=${accessOffset}`];
}

function catchText({ hasReference, label, tag }: InstructionReader["catches"][number]): string {
  const name = `catch${tag === undefined ? "_all" : ""}${hasReference ? "_ref" : ""}`;
  return `(${[name, ...(tag === undefined ? [] : [tag]), label].join(" ")})`;
}
