import { Constraint, MachineFunction, Role } from "../../machine/machine-function.ts";
import { avxForm, Form, type FormId, forms, operandRole } from "../encoding.ts";
import { Role as FormRole, Layout } from "../encoding-layout.ts";
import { type Address, memoryOperandPosition, packShape, Shape } from "../instruction-shape.ts";

const noSymbol = 0;

/** What the instructions of a function may look like. */
export interface DraftOptions {
  /** Whether instructions of SSE become AVX's, which leave their first operand as it is. */
  readonly hasAvx: boolean;
  /** The largest operand that may lie in a spill slot, in bytes. */
  readonly largestSlotOperand: number;
}

/**
 * Machine instructions in groups, one group for each SSA instruction. Selection runs backwards over
 * a function, so that the groups come last first; inside a group the order is the final one.
 */
export class Draft {
  /** The instructions in the order in which they were selected. */
  readonly code: MachineFunction;
  /** First instruction of each group. */
  private readonly groupStart: number[] = [];

  /** `capacity`: how many instructions there is room for at first. */
  constructor(
    name: string,
    capacity: number,
    private readonly options: DraftOptions,
  ) {
    this.code = new MachineFunction(name, capacity);
  }

  /** Starts a group of what comes from `origin`. */
  beginGroup(origin: number): void {
    this.code.currentOrigin = origin;
    this.groupStart.push(this.code.count);
  }

  /** Number of groups so far: the mark of a block's end. */
  get groupCount(): number {
    return this.groupStart.length;
  }

  /** Copies groups, from the one before `last` back to `first`, in final order to `target`. */
  copyGroups(first: number, last: number, target: MachineFunction): void {
    for (let group = last - 1; group >= first; group--) {
      const start = this.groupStart[group] ?? 0;
      const end = this.groupStart[group + 1] ?? this.code.count;
      for (let instruction = start; instruction < end; instruction++) {
        copyInstruction(this.code, instruction, target);
      }
    }
  }

  /** Appends an instruction without operands. */
  append(opcode: number, immediateLow = 0, immediateHigh = 0): void {
    this.code.append(opcode, immediateLow, immediateHigh);
  }

  /** Adds an operand that may be in any register. */
  operand(register: number, role: number): void {
    this.code.addOperand(register, role, Constraint.register);
  }

  /** Adds an operand that must be in one physical register. */
  fixed(register: number, role: number, physical: number): void {
    this.code.addOperand(register, role, physical);
  }

  /** Says which physical registers the last instruction destroys. */
  clobber(mask: number): void {
    this.code.clobbers[this.code.count - 1] = mask;
  }

  /** Sets the first immediate and the displacement of the last instruction. */
  store(immediateLow: number, displacement: number): void {
    const last = this.code.count - 1;
    this.code.immediateLow[last] = immediateLow;
    this.code.displacement[last] = displacement;
  }

  /** Appends an instruction on registers, in the order of its row; roles come from the table. */
  registers(form: FormId, first: number, second = -1, immediate = 0): void {
    const source = this.takeCopy(form, first);
    if (source < 0) {
      this.code.append(form, immediate);
      this.formOperand(form, 0, first);
    } else {
      this.code.immediateLow[this.code.count - 1] = immediate;
    }
    if (second >= 0) this.formOperand(form, 1, source >= 0 && second === first ? source : second);
  }

  /**
   * What changes a copy that was just made becomes AVX's instruction that reads the original: in
   * place of the copy. Gives the original, or -1.
   */
  private takeCopy(form: FormId, target: number): number {
    const { code } = this;
    const last = code.count - 1;
    if (!this.options.hasAvx || last < (this.groupStart.at(-1) ?? 0)) return -1;
    const operand = code.operandStart[last] as number;
    const isCopy =
      code.opcode[last] === Form.movaps_x_xm128 &&
      code.extra[last] === 0 &&
      code.operandRegister[operand] === target;
    const three = avxForm(form);
    const takesThree =
      ((forms.layout[three] as number) & (Layout.vexFirst | Layout.vexSecond)) !== 0;
    if (!isCopy || !takesThree || operandRole(form, 0) !== FormRole.readWrite) return -1;
    code.opcode[last] = three;
    code.operandConstraint[operand + 1] = Constraint.register;
    return code.operandRegister[operand + 1] as number;
  }

  /** Appends an instruction on three registers, in the order of its row. */
  threeRegisters(form: FormId, first: number, second: number, third: number): void {
    this.code.append(form);
    [first, second, third].forEach((register, position) => {
      this.code.addOperand(register, roleOf(form, position), Constraint.register);
    });
  }

  /** Appends an instruction with a register (or -1) and a memory operand. */
  memory(form: FormId, register: number, address: Address, immediate = 0): void {
    const { base, index, symbol } = address;
    let bits = Shape.memory | address.area;
    if (base >= 0) bits |= Shape.base;
    if (index >= 0) bits |= Shape.index;
    if (symbol >= 0) bits |= Shape.symbolAddress;
    const shape = packShape(bits, address.scaleShift, symbol >= 0 ? symbol : noSymbol);
    if (this.takeCopy(form, register) >= 0) {
      const last = this.code.count - 1;
      this.code.immediateLow[last] = immediate;
      this.code.displacement[last] = address.displacement;
      this.code.extra[last] = shape;
    } else {
      this.code.append(form, immediate, 0, address.displacement, shape);
      const position = memoryOperandPosition(form) === 0 ? 1 : 0;
      if (register >= 0) {
        this.code.addOperand(register, roleOf(form, position), Constraint.register);
      }
    }
    if (base >= 0) this.code.addOperand(base, Role.use, Constraint.register);
    if (index >= 0) this.code.addOperand(index, Role.use, Constraint.register);
  }

  /** Appends an instruction whose immediate is a symbol's address plus `addend`. */
  symbolImmediate(form: FormId, register: number, symbol: number, addend: number, high = 0): void {
    const shape = packShape(Shape.symbolImmediate, 0, symbol);
    this.code.append(form, 0, high, addend, shape);
    if (register >= 0) this.formOperand(form, 0, register);
  }

  private formOperand(form: FormId, position: number, register: number): void {
    const role = roleOf(form, position);
    const bytes = forms.memoryBytes[form] ?? 0;
    const mayBeSlot =
      position === memoryOperandPosition(form) &&
      role !== Role.define &&
      bytes > 0 &&
      bytes <= this.options.largestSlotOperand;
    const constraint = mayBeSlot ? Constraint.registerOrSlot : Constraint.register;
    this.code.addOperand(register, role, constraint);
  }
}

function roleOf(form: FormId, position: number): number {
  const role = operandRole(form, position);
  if (role === FormRole.read) return Role.use;
  return role === FormRole.write ? Role.define : Role.useDefine;
}

function copyInstruction(from: MachineFunction, instruction: number, to: MachineFunction): void {
  to.currentOrigin = from.origin[instruction] as number;
  to.append(
    from.opcode[instruction] as number,
    from.immediateLow[instruction],
    from.immediateHigh[instruction],
    from.displacement[instruction],
    from.extra[instruction],
    from.clobbers[instruction],
  );
  const end = from.operandStart[instruction + 1] as number;
  for (let operand = from.operandStart[instruction] as number; operand < end; operand++) {
    to.addOperand(
      from.operandRegister[operand] as number,
      from.operandRole[operand] as number,
      from.operandConstraint[operand] as number,
    );
  }
}
