import { scalarAccess } from "../lower-wasm/scalar-access.ts";
import {
  immediateStores,
  loads32,
  loads64,
  storeImmediate,
  stores,
} from "../machine-x64/access-forms.ts";
import { noRegister } from "../machine-x64/assembler.ts";
import { appBaseRegister, integerScratch } from "../machine-x64/calling-convention.ts";
import { Condition } from "../machine-x64/conditions.ts";
import { Form, type FormId } from "../machine-x64/encoding.ts";
import { Register } from "../machine-x64/registers.ts";
import { memoryBytesSymbol, memoryPagesSymbol, wellKnownSymbols } from "../object/symbols.ts";
import { accessBytes, ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { type OpcodeName, opcodeNames } from "../wasm/opcodes.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { callRuntime } from "./calls.ts";
import type { Operand } from "./operand.ts";

const largestDisplacement = 2 ** 31 - 1;

/** Where an access goes besides the memory's base: a register, or `noRegister`, and a displacement. */
interface Address {
  readonly index: number;
  readonly displacement: number;
}

/** The address of the current access, checked as far as no fault tells. */
function addressOf(fn: BaselineFunction, index: Operand, access: number): Address {
  const { environment, reader, stack } = fn;
  const offset = reader.accessOffset;
  const { immediate } = index;
  const isChecked = environment.checksMemory;
  const known = immediate === undefined ? Number.NaN : (immediate >>> 0) + offset;
  if (!isChecked && known <= largestDisplacement) {
    return { index: noRegister, displacement: known };
  }
  const register = stack.read(index);
  if (isChecked) checkAccess(fn, register, offset + (accessBytes[access] as number));
  if (offset <= largestDisplacement) return { index: register, displacement: offset };
  return farAddress(fn, register, offset);
}

/** Traps if an access that ends `reach` bytes behind an index leaves the memory. */
function checkAccess(fn: BaselineFunction, index: number, reach: number): void {
  addToScratch(fn, index, reach);
  compareWithSize(fn);
}

/** Traps if the scratch register is beyond the memory's size. */
function compareWithSize(fn: BaselineFunction): void {
  const { assembler } = fn.writer;
  const bytes = fn.environment.symbol(memoryBytesSymbol(0));
  const form = Form.cmp_r64_rm64;
  assembler.emitMemorySymbol(form, integerScratch, noRegister, noRegister, 0, bytes, 0);
  fn.trapIf(Condition.a, "memoryOutOfBounds");
}

/** The sum of a register and a number below 2^33 into the scratch register. */
function addToScratch({ writer }: BaselineFunction, register: number, addend: number): void {
  const { assembler } = writer;
  if (addend <= largestDisplacement) {
    assembler.emitMemory(Form.lea_r64_m, integerScratch, register, noRegister, 0, addend);
    return;
  }
  const high = Math.floor(addend / 2 ** 32);
  assembler.emitImmediate(Form.mov_r64_imm64, integerScratch, addend | 0, high);
  assembler.emit(Form.add_r64_rm64, integerScratch, register);
}

/** An address whose offset fits no displacement: beyond 4 GiB there is nothing, but no fault may tell. */
function farAddress(fn: BaselineFunction, index: number, offset: number): Address {
  const { assembler } = fn.writer;
  if (!fn.environment.checksMemory) {
    addToScratch(fn, index, offset);
    assembler.emitImmediate(Form.shr_rm64_imm8, integerScratch, 32);
    fn.trapIf(Condition.ne, "memoryOutOfBounds");
  }
  addToScratch(fn, index, offset);
  return { index: integerScratch, displacement: 0 };
}

/** An instruction that accesses the app's memory. */
function emitAccess(
  fn: BaselineFunction,
  form: FormId,
  register: number,
  { index, displacement }: Address,
  immediate = 0,
): void {
  const { assembler } = fn.writer;
  assembler.emitMemory(form, register, appBaseRegister, index, 0, displacement, immediate);
}

/** The handler of a load, by the form that makes a value of a type of what is accessed. */
export function load(type: ValueTypeId, access: number, form: FormId): Handler {
  return (fn) => {
    const { stack } = fn;
    const index = stack.pop();
    const address = addressOf(fn, index, access);
    stack.release(index);
    const result = stack.define(type);
    emitAccess(fn, form, result.value, address);
    stack.push(result);
  };
}

/** The handler of a store. */
export function store(access: number): Handler {
  const form = stores[access] as FormId;
  const immediateForm = immediateStores[access];
  return (fn) => {
    const { stack } = fn;
    const value = stack.pop();
    const index = stack.pop();
    const { immediate } = value;
    const stored =
      immediate === undefined || immediateForm === undefined
        ? undefined
        : storeImmediate(access, immediate, immediate >> 31);
    const register = stored === undefined ? stack.read(value) : 0;
    const address = addressOf(fn, index, access);
    if (stored === undefined) emitAccess(fn, form, register, address);
    else emitAccess(fn, immediateForm as FormId, 0, address, stored);
    stack.release(index);
    stack.release(value);
  };
}

function size(fn: BaselineFunction): void {
  const { stack, writer } = fn;
  const pages = stack.define(ValueType.i32);
  const symbol = fn.environment.symbol(memoryPagesSymbol(0));
  writer.assembler.emitMemorySymbol(
    Form.mov_r32_rm32,
    pages.value,
    noRegister,
    noRegister,
    0,
    symbol,
    0,
  );
  stack.push(pages);
}

function grow(fn: BaselineFunction): void {
  callRuntime(fn, wellKnownSymbols.memoryGrow, [Register.rdi]);
  fn.stack.pushRegisters([ValueType.i32], [Register.rax]);
}

/** copy and fill: the runtime takes virtual addresses, of ranges that are checked here. */
function moveRange(fn: BaselineFunction, routine: string, ranges: readonly number[]): void {
  const { rdi, rdx, rsi } = Register;
  callRuntime(fn, routine, [rdi, rsi, rdx], () => {
    const { assembler } = fn.writer;
    for (const first of ranges) {
      assembler.emitMemory(Form.lea_r64_m, integerScratch, first, rdx, 0, 0);
      compareWithSize(fn);
    }
    for (const first of ranges) assembler.emit(Form.add_r64_rm64, first, appBaseRegister);
  });
}

/** Loads, stores, size and growth of the memory, and what moves ranges of it. */
export const memoryHandlers: Partial<Record<OpcodeName, Handler>> = {
  "memory.size": size,
  "memory.grow": grow,
  "memory.copy": (fn) => moveRange(fn, wellKnownSymbols.move, [Register.rdi, Register.rsi]),
  "memory.fill": (fn) => moveRange(fn, wellKnownSymbols.fill, [Register.rdi]),
  ...Object.fromEntries(
    opcodeNames.flatMap((name) => {
      const found = scalarAccess(name);
      if (found === undefined) return [];
      const { access, isLoad, type } = found;
      const form = (type === ValueType.i64 ? loads64 : loads32)[access] as FormId;
      return [[name, isLoad ? load(type, access, form) : store(access)]];
    }),
  ),
};
