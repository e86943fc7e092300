import {
  type ImmediateKind,
  immediateKinds,
  Opcode,
  opcodeLimit,
  opcodeNames,
} from "../wasm/opcodes.ts";
import type { FunctionValidator, Handler } from "./function-validator.ts";

function checkMemory(validator: FunctionValidator, index = validator.reader.index): void {
  checkIndex(validator, "memory", index, validator.module.memories.length);
}

function checkAccess(validator: FunctionValidator): void {
  checkMemory(validator);
  const { alignment, opcode } = validator.reader;
  const natural = naturalAlignments[opcode] ?? 0;
  if (alignment > natural) throw validator.error("alignment must not be larger than natural");
  if (opcode >= firstAtomic && alignment !== natural) {
    throw validator.error("atomic alignment must be natural");
  }
}

function checkIndex(validator: FunctionValidator, what: string, index: number, count: number) {
  if (index >= count) throw validator.error(`unknown ${what} ${index}`);
}

function checkData(validator: FunctionValidator): void {
  const { dataCount } = validator.module;
  if (dataCount === undefined) throw validator.error("data count section required");
  checkIndex(validator, "data segment", validator.reader.index, dataCount);
}

function checkElement(validator: FunctionValidator): void {
  const { module, reader } = validator;
  checkIndex(validator, "element segment", reader.index, module.elements.length);
}

function checkLane(validator: FunctionValidator): void {
  const { lane, opcode } = validator.reader;
  if (lane >= (laneCounts[opcode] ?? 0)) throw validator.error(`invalid lane index ${lane}`);
}

/** A shuffle takes its lanes from two vectors of 16. */
function checkLanes(validator: FunctionValidator): void {
  const tooLarge = validator.reader.vector.find((lane) => lane >= 32);
  if (tooLarge !== undefined) throw validator.error(`invalid lane index ${tooLarge}`);
}

/** What the indices and alignments in immediates refer to must be there (section 3.3). */
const checks: Partial<Record<ImmediateKind, Handler>> = {
  access: checkAccess,
  accessAndLane: (validator) => {
    checkAccess(validator);
    checkLane(validator);
  },
  lane: checkLane,
  lanes: checkLanes,
  memory: (validator) => checkMemory(validator),
  memories: (validator) => {
    checkMemory(validator);
    checkMemory(validator, validator.reader.second);
  },
  data: checkData,
  element: checkElement,
  dataAndMemory: (validator) => {
    checkData(validator);
    checkMemory(validator, validator.reader.second);
  },
  elementAndTable: (validator) => {
    checkElement(validator);
    const { module, reader } = validator;
    checkIndex(validator, "table", reader.second, module.tables.length);
  },
  table: (validator) => {
    const { module, reader } = validator;
    checkIndex(validator, "table", reader.index, module.tables.length);
  },
  tables: (validator) => {
    const { module, reader } = validator;
    checkIndex(validator, "table", reader.index, module.tables.length);
    checkIndex(validator, "table", reader.second, module.tables.length);
  },
  typeAndTable: (validator) => {
    const { module, reader } = validator;
    checkIndex(validator, "type", reader.index, module.types.length);
    checkIndex(validator, "table", reader.second, module.tables.length);
  },
  function: (validator) => {
    const { module, reader } = validator;
    checkIndex(validator, "function", reader.index, module.functions.length);
  },
  global: (validator) => {
    const { module, reader } = validator;
    checkIndex(validator, "global", reader.index, module.globals.length);
  },
  tag: (validator) => {
    const { module, reader } = validator;
    checkIndex(validator, "tag", reader.index, module.tags.length);
  },
  tryTable: (validator) => {
    for (const { tag } of validator.reader.catches) {
      if (tag !== undefined) checkIndex(validator, "tag", tag, validator.module.tags.length);
    }
  },
  local: (validator) => {
    checkIndex(validator, "local", validator.reader.index, validator.locals.length);
  },
};

const checksByOpcode: readonly (Handler | undefined)[] = immediateKinds.map((kind) =>
  kind === undefined ? undefined : checks[kind],
);

/** An access: the type's bits, those in memory, and whether these are of one lane of several. */
const accessName = /^[ifv](32|64|128)\.(?:atomic\.)?(?:load|store|rmw)(8|16|32|64)?(x)?/;
const waitName = /^memory\.atomic\.(?:notify|wait(32|64))/;

/** What an access touches that loads narrow lanes to make them wide. */
const packedBits = 64;

const firstAtomic = Opcode["memory.atomic.notify"];

/** Exponents of the largest alignment of each access, by opcode. */
const naturalAlignments: readonly number[] = byNumber();

function byNumber(): number[] {
  const table = new Array<number>(opcodeLimit).fill(0);
  for (const name of opcodeNames) {
    const [isWait, waited = "32"] = waitName.exec(name) ?? [];
    const access = accessName.exec(name) ?? [];
    const [, width, narrow, isPacked] = isWait === undefined ? access : ["", waited];
    if (width === undefined) continue;
    const bits = isPacked === undefined ? Number(narrow ?? width) : packedBits;
    table[Opcode[name]] = Math.log2(bits / 8);
  }
  return table;
}

/** Lanes of the vectors that instructions with a lane's number work on, by opcode. */
const laneCounts: readonly number[] = countLanes();

function countLanes(): number[] {
  const table = new Array<number>(opcodeLimit).fill(0);
  for (const name of opcodeNames) {
    const [, shape, access] = /^[if]\d+x(\d+)\.|(\d+)_lane$/.exec(name) ?? [];
    table[Opcode[name]] = access === undefined ? Number(shape ?? 0) : 128 / Number(access);
  }
  return table;
}

/** Checks the immediates of the current instruction. */
export function checkImmediate(validator: FunctionValidator): void {
  checksByOpcode[validator.reader.opcode]?.(validator);
}
