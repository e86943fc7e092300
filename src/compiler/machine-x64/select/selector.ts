import { memoryBase } from "../../../contracts/machine-interface.ts";
import { RegisterClass, type RegisterClassId, Role } from "../../machine/machine-function.ts";
import { constantBits } from "../../ssa/bits.ts";
import type { SsaFunction, Value } from "../../ssa/function.ts";
import { localMaximum } from "../../ssa/maximum.ts";
import {
  Access,
  accessBytes,
  Effect,
  effects,
  Operation,
  Space,
  ValueType,
} from "../../ssa/operations.ts";
import { appBaseRegister, classOfType } from "../calling-convention.ts";
import { Form } from "../encoding.ts";
import { type Address, baseAddress, symbolAddress } from "../instruction-shape.ts";
import { Draft } from "./draft.ts";
import { loadVector, type VectorBits, vectorAddress } from "./vector-constants.ts";

/** Room for instructions of functions that have hardly any values. */
const spareInstructions = 16;

/** What selection needs from the program around a function. */
export interface SelectionEnvironment {
  /** The number of a symbol by its name. */
  symbol(name: string): number;
  /** Words of the stack area that every call leaves at least, for the tail calls of what it calls. */
  readonly callAreaWords: number;
  /** Whether the code may use what x86-64-v3 adds: BMI1, BMI2, LZCNT and AVX. */
  readonly hasLevel3: boolean;
}

/**
 * The state of instruction selection for one function: which SSA values have a virtual register,
 * and which are folded into the instruction that uses them. Handlers of the single operations
 * (see `handlers.ts`) read and extend it. Values are selected last first, so that a value nobody
 * asked for is never computed.
 */
export class Selector {
  readonly draft: Draft;
  /** Whether any value is a vector. */
  readonly hasVectors: boolean;
  /** Virtual register of each value, -1 where none was asked for. */
  private readonly registers: Int32Array;
  private readonly useCounts: Int32Array;
  /** Equal for two instructions if no write or trap stands between them in one block. */
  private readonly epochs: Int32Array;
  private readonly folded: Uint8Array;
  /** How many loops each value is made in. */
  private readonly depths: Int32Array;
  /** Numbers of the Linux system calls that the function makes after sealing. */
  readonly systemCalls = new Set<number>();
  /** The instruction being selected. */
  private current: Value = 0;

  constructor(
    readonly fn: SsaFunction,
    readonly environment: SelectionEnvironment,
    blocks: readonly number[],
    blockDepths: Int32Array,
  ) {
    const { hasLevel3: hasAvx } = environment;
    this.hasVectors = fn.type.includes(ValueType.v128);
    this.draft = new Draft(fn.name, fn.count + spareInstructions, {
      hasAvx,
      // Nothing aligns slots, which only AVX does not mind.
      largestSlotOperand: hasAvx && this.hasVectors ? 16 : 8,
    });
    this.registers = new Int32Array(fn.count).fill(-1);
    this.useCounts = new Int32Array(fn.count);
    this.epochs = new Int32Array(fn.count);
    this.folded = new Uint8Array(fn.count);
    this.depths = new Int32Array(fn.count);
    this.countUses(blocks);
    this.noteDepths(blocks, blockDepths);
  }

  /** Starts the group of an instruction. */
  begin(instruction: Value): void {
    this.current = instruction;
    this.draft.beginGroup(this.fn.origin[instruction] as number);
  }

  /** Whether an instruction must be selected: something asked for its value, or it acts by itself. */
  isNeeded(instruction: Value): boolean {
    if (this.folded[instruction] === 1) return false;
    if (this.registers[instruction] !== -1) return true;
    return effects[this.operationOf(instruction)] !== Effect.none;
  }

  /** The operation of a value. */
  operationOf(value: Value): number {
    return this.fn.operation[value] as number;
  }

  /**
   * How surely a value is needed behind the instruction being selected: 2 where each round of a loop
   * wants it that was made outside, 1 where something else uses it, too, else 0.
   */
  persistence(value: Value): number {
    if ((this.depths[value] as number) < (this.depths[this.current] as number)) return 2;
    return this.useCount(value) > 1 ? 1 : 0;
  }

  /** The register class of a value. */
  classOf(value: Value): RegisterClassId {
    return classOfType(this.fn.type[value] as number);
  }

  /** Whether a value is a vector. */
  isVector(value: Value): boolean {
    return this.fn.type[value] === ValueType.v128;
  }

  /** Whether a value is 64 bits wide. */
  isWide(value: Value): boolean {
    const type = this.fn.type[value];
    return type === ValueType.i64 || type === ValueType.f64;
  }

  /** A new virtual register of a value's class. */
  temporaryLike(value: Value): number {
    return this.draft.code.createRegister(this.classOf(value));
  }

  /** A new virtual register for an integer. */
  temporary(): number {
    return this.draft.code.createRegister(RegisterClass.integer);
  }

  /** The register that the value being selected must be put into. */
  resultRegister(value: Value): number {
    return this.assignedRegister(value);
  }

  /** Whether anything asked for the value in a register. */
  hasRegister(value: Value): boolean {
    return this.registers[value] !== -1;
  }

  /** The register that holds a value; constants are made on the spot. */
  registerOf(operand: Value): number {
    const value = this.fn.resolve(operand);
    const operation = this.operationOf(value);
    if (this.isConstant(value)) {
      const register = this.temporaryLike(value);
      this.loadConstant(register, value);
      return register;
    }
    // A 32-bit value is zero-extended in its register already.
    if (operation === Operation.extendUnsigned) return this.registerOf(this.fn.a[value] as number);
    if (operation === Operation.wrap && this.isHalfEmpty(this.fn.a[value] as number)) {
      return this.registerOf(this.fn.a[value] as number);
    }
    if (operation === Operation.symbolAddress) {
      const register = this.temporary();
      const { low, high } = this.immediateOf(value);
      this.draft.symbolImmediate(Form.mov_r32_imm32, register, low, high);
      return register;
    }
    return this.assignedRegister(value);
  }

  /** Whether a value is a constant: a scalar's bits, or a pair of such. */
  isConstant(value: Value): boolean {
    const operation = this.operationOf(value);
    if (operation === Operation.constant) return true;
    return (
      operation === Operation.pair && this.halvesOf(value).every((half) => this.isConstant(half))
    );
  }

  /** A register whose low half holds a value, for an instruction that reads no more of an i32. */
  lowRegisterOf(operand: Value): number {
    const value = this.fn.resolve(operand);
    const isWrap = this.operationOf(value) === Operation.wrap && !this.hasRegister(value);
    return this.registerOf(isWrap ? (this.fn.a[value] as number) : value);
  }

  /** Whether the upper half of an i64 is known to be zero, by what computes it. */
  private isHalfEmpty(operand: Value): boolean {
    const { fn } = this;
    const value = fn.resolve(operand);
    const operation = this.operationOf(value);
    if (operation !== Operation.shiftRightUnsigned && operation !== Operation.and) return false;
    const second = fn.resolve(fn.b[value] as number);
    if (this.operationOf(second) !== Operation.constant) return false;
    if (operation === Operation.and) return fn.high[second] === 0;
    return ((fn.low[second] as number) & 32) !== 0;
  }

  /** Whether a value is the i64 constant that keeps the lower half of another. */
  isLowMask(operand: Value): boolean {
    const value = this.fn.resolve(operand);
    if (this.operationOf(value) !== Operation.constant || !this.isWide(value)) return false;
    const { low, high } = this.immediateOf(value);
    return low === -1 && high === 0;
  }

  /** Puts a constant into a register. */
  loadConstant(register: number, value: Value): void {
    const { low, high } = this.immediateOf(value);
    if (this.isVector(value)) loadVector(this, register, this.vectorConstant(value));
    else if (this.classOf(value) === RegisterClass.float) {
      this.loadFloatConstant(register, value, low, high);
    } else if (high === 0 || !this.isWide(value)) {
      this.draft.registers(Form.mov_r32_imm32, register, -1, low);
    } else if (high === -1 && low < 0) {
      this.draft.registers(Form.mov_rm64_imm32, register, -1, low);
    } else {
      this.draft.append(Form.mov_r64_imm64, low, high);
      this.draft.operand(register, 1);
    }
  }

  /** The bits of a constant vector. */
  vectorConstant(value: Value): VectorBits {
    const [low = 0n, high = 0n] = this.halvesOf(value).map((half) => constantBits(this.fn, half));
    return { low, high };
  }

  /** The name of the read-only constant with these bits, made by the driver. */
  constantSymbol(wide: boolean, low: number, high: number): number {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
    return this.environment.symbol(
      wide ? `constant.${hex(high)}${hex(low)}` : `constant.${hex(low)}`,
    );
  }

  /** Immediate columns of a value. */
  immediateOf(value: Value): { low: number; high: number } {
    return { low: this.fn.low[value] as number, high: this.fn.high[value] as number };
  }

  /** The signed 32-bit immediate that a value is as an operand of its width, or undefined. */
  smallConstant(operand: Value): number | undefined {
    const value = this.fn.resolve(operand);
    if (this.operationOf(value) !== Operation.constant) return undefined;
    const { low, high } = this.immediateOf(value);
    if (this.isWide(value) && high !== low >> 31) return undefined;
    return low;
  }

  /** The operand's own value if it is computed by `operation` and by nobody else wanted. */
  singleUse(operand: Value, operation: number): Value | undefined {
    const value = this.fn.resolve(operand);
    const fits = this.operationOf(value) === operation && this.useCounts[value] === 1;
    return fits && !this.hasRegister(value) ? value : undefined;
  }

  /** How many operands refer to a value. */
  useCount(operand: Value): number {
    return this.useCounts[this.fn.resolve(operand)] as number;
  }

  /**
   * The address of a load that may be folded into the current instruction as a memory operand of
   * some bytes, the value's full width unless told, or undefined.
   */
  foldLoad(operand: Value, wantedBytes?: number): Address | undefined {
    const value = this.fn.resolve(operand);
    const operation = this.operationOf(value);
    if (this.isVector(value) && this.isConstant(value)) {
      return vectorAddress(this, this.vectorConstant(value));
    }
    if (this.isFloatConstant(value)) {
      const { low, high } = this.immediateOf(value);
      return symbolAddress(this.constantSymbol(this.isWide(value), low, high));
    }
    if (operation !== Operation.load && operation !== Operation.loadSymbol) return undefined;
    if (!this.isMovable(value)) return undefined;
    const bytes = accessBytes[(this.fn.aux[value] as number) & 15];
    if (bytes !== (wantedBytes ?? (this.isWide(value) ? 8 : 4))) return undefined;
    this.folded[value] = 1;
    return this.addressOf(value);
  }

  /** The address of a load of a whole vector as a memory operand, which only AVX takes unaligned. */
  foldVectorLoad(operand: Value): Address | undefined {
    const takes = this.environment.hasLevel3 || this.isConstant(this.fn.resolve(operand));
    return takes ? this.foldLoad(operand, 16) : undefined;
  }

  /** Whether `foldVectorLoad` would give an address of the program's memory. */
  isFoldableVector(operand: Value): boolean {
    const value = this.fn.resolve(operand);
    if (!this.environment.hasLevel3 || this.operationOf(value) !== Operation.load) return false;
    return accessOf(this.fn.aux[value] as number) === Access.whole128 && this.isMovable(value);
  }

  /** The address of a load of one byte that may be folded into the current instruction. */
  foldByteLoad(operand: Value): Address | undefined {
    const value = this.fn.resolve(operand);
    if (this.operationOf(value) !== Operation.load || !this.isMovable(value)) return undefined;
    if (accessBytes[(this.fn.aux[value] as number) & 15] !== 1) return undefined;
    this.folded[value] = 1;
    return this.addressOf(value);
  }

  /** The current store takes the place of a load of its own address too, whose value it needs alone. */
  foldUpdate(operand: Value): boolean {
    const { fn, current } = this;
    const value = fn.resolve(operand);
    if (this.operationOf(value) !== Operation.load || !this.isMovable(value)) return false;
    const isSame =
      fn.resolve(fn.a[value] as number) === fn.resolve(fn.a[current] as number) &&
      fn.low[value] === fn.low[current] &&
      (fn.aux[value] as number) >> 4 === (fn.aux[current] as number) >> 4 &&
      accessBytes[(fn.aux[value] as number) & 15] === accessBytes[(fn.aux[current] as number) & 15];
    if (isSame) this.folded[value] = 1;
    return isSame;
  }

  /** Whether a load may happen at the current instruction instead, which alone uses it. */
  private isMovable(load: Value): boolean {
    if (this.useCounts[load] !== 1 || this.hasRegister(load)) return false;
    return this.epochs[load] === this.epochs[this.current];
  }

  /** The memory operand of a load or store. */
  addressOf(instruction: Value): Address {
    const { low, high } = this.immediateOf(instruction);
    const operation = this.operationOf(instruction);
    if (operation === Operation.loadSymbol || operation === Operation.storeSymbol) {
      return symbolAddress(low, high);
    }
    const space = (this.fn.aux[instruction] as number) >> 4;
    const index = this.fn.a[instruction] as number;
    if (space === Space.kernel) return this.kernelAddress(index, low);
    return space === Space.app
      ? this.appAddress(index, low)
      : this.furtherAddress(space, index, low);
  }

  /** In one of the app's memories after its first, whose address no register holds. */
  private furtherAddress(space: number, index: Value, offset: number): Address {
    const base = this.temporary();
    const address = memoryBase(space - Space.app);
    const low = Number(BigInt.asIntN(32, address));
    this.draft.append(Form.mov_r64_imm64, low, Number(address >> 32n));
    this.draft.operand(base, Role.define);
    return { ...baseAddress(base, offset), index: this.registerOf(index) };
  }

  private appAddress(index: Value, offset: number): Address {
    const constant = this.constantSum(index, offset);
    if (constant !== undefined) return baseAddress(appBaseRegister, constant);
    if (offset < 0) throw new RangeError(`an app offset of 2 GiB or more reached selection`);
    const address = baseAddress(appBaseRegister, offset);
    const scaled = this.scaledIndex(this.fn.resolve(index));
    if (scaled === undefined) return { ...address, index: this.registerOf(index) };
    return { ...address, index: this.registerOf(scaled.index), scaleShift: scaled.shift };
  }

  /** `index << shift`, for this address alone, where no bits are lost: zero-extension comes first. */
  private scaledIndex(value: Value): { readonly index: Value; readonly shift: number } | undefined {
    const { fn } = this;
    if (this.singleUse(value, Operation.shiftLeft) === undefined) return undefined;
    const shift = this.smallConstant(fn.b[value] as number) ?? 0;
    const index = fn.resolve(fn.a[value] as number);
    if (shift < 1 || shift > 3 || localMaximum(fn, index) * 2 ** shift >= 2 ** 32) return undefined;
    return { index, shift };
  }

  private kernelAddress(index: Value, offset: number): Address {
    const value = this.fn.resolve(index);
    const constant = this.constantSum(value, offset);
    if (constant !== undefined) return baseAddress(-1, constant);
    if (this.operationOf(value) === Operation.symbolAddress) {
      const { low, high } = this.immediateOf(value);
      return symbolAddress(low, high + offset);
    }
    if (this.operationOf(value) === Operation.add) {
      const entry = this.tableEntryAddress(value, offset);
      if (entry !== undefined) return entry;
    }
    if (offset >= 0) return baseAddress(this.registerOf(value), offset);
    const far = this.temporary();
    this.draft.registers(Form.mov_r32_imm32, far, -1, offset);
    return { ...baseAddress(far), index: this.registerOf(value) };
  }

  /** `symbol + (index << scale)`: the index is in bounds, so that the sum does not wrap. */
  private tableEntryAddress(sum: Value, offset: number): Address | undefined {
    const symbol = this.fn.resolve(this.fn.a[sum] as number);
    const shifted = this.fn.resolve(this.fn.b[sum] as number);
    if (this.operationOf(symbol) !== Operation.symbolAddress) return undefined;
    if (this.operationOf(shifted) !== Operation.shiftLeft) return undefined;
    const scaleShift = this.smallConstant(this.fn.b[shifted] as number);
    if (scaleShift === undefined || scaleShift < 0 || scaleShift > 3) return undefined;
    const { low, high } = this.immediateOf(symbol);
    const index = this.registerOf(this.fn.a[shifted] as number);
    return { ...symbolAddress(low, high + offset), index, scaleShift };
  }

  /** The sum of a constant address and an offset where it stays below 2 GiB. */
  private constantSum(index: Value, offset: number): number | undefined {
    const value = this.fn.resolve(index);
    if (this.operationOf(value) !== Operation.constant) return undefined;
    const sum = (this.immediateOf(value).low >>> 0) + (offset >>> 0);
    return sum < 2 ** 31 ? sum : undefined;
  }

  private halvesOf(pair: Value): Value[] {
    return [this.fn.a, this.fn.b].map((column) => this.fn.resolve(column[pair] as number));
  }

  private assignedRegister(value: Value): number {
    const known = this.registers[value] as number;
    if (known !== -1) return known;
    const register = this.temporaryLike(value);
    this.registers[value] = register;
    return register;
  }

  private isFloatConstant(value: Value): boolean {
    return (
      this.operationOf(value) === Operation.constant && this.classOf(value) === RegisterClass.float
    );
  }

  private loadFloatConstant(register: number, value: Value, low: number, high: number): void {
    const wide = this.isWide(value);
    const address = symbolAddress(this.constantSymbol(wide, low, high));
    this.draft.memory(wide ? Form.movsd_x_m64 : Form.movss_x_m32, register, address);
  }

  private noteDepths(blocks: readonly number[], blockDepths: Int32Array): void {
    const { fn } = this;
    for (const block of blocks) {
      const depth = blockDepths[block] as number;
      if (depth === 0) continue;
      for (const parameter of fn.parametersOf(block)) this.depths[parameter] = depth;
      for (const instruction of fn.instructionsOf(block)) this.depths[instruction] = depth;
    }
  }

  private countUses(blocks: readonly number[]): void {
    const { fn } = this;
    let epoch = 0;
    const count = (operand: Value) => {
      const value = fn.resolve(operand);
      this.useCounts[value] = (this.useCounts[value] as number) + 1;
    };
    for (const block of blocks) {
      epoch++;
      for (const instruction of fn.instructionsOf(block)) {
        this.epochs[instruction] = epoch;
        const effect = effects[this.operationOf(instruction)] as number;
        if (effect === Effect.write || effect === Effect.trap) epoch++;
        fn.forEachOperand(instruction, count);
      }
      for (const edge of fn.edgesOf(block)) fn.argumentsOf(edge).forEach(count);
    }
  }
}

/** The access number of an `aux` column. */
export function accessOf(aux: number): number {
  return aux & 15;
}

/** Whether an access is of an integer. */
export function isIntegerAccess(access: number): boolean {
  return access <= Access.whole64;
}
