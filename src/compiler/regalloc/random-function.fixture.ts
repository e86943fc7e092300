import {
  Constraint,
  firstVirtualRegister,
  MachineFunction,
  RegisterClass,
  type RegisterClassId,
  Role,
} from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { Random } from "./random.fixture.ts";

/** Opcodes of the imaginary processor; those without a note here compute a hash of what they read. */
export const Opcode = { move: 1, jump: 2, branch: 3, constant: 4, compute: 5 } as const;

function registerFile(
  integers: readonly number[],
  floats: readonly number[],
  calleeSaved: number,
): RegisterFile {
  return {
    allocatable: [integers, floats],
    calleeSaved,
    scratch: [11, 31],
    isMove: (opcode) => opcode === Opcode.move,
  };
}

/** Register files from roomy to barely sufficient, the last one without callee-saved registers. */
export const registerFiles: Readonly<Record<string, RegisterFile>> = {
  roomy: registerFile(
    [0, 1, 2, 6, 7, 8, 9, 10, 3, 5, 12, 13, 14],
    [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
    0x7028,
  ),
  narrow: registerFile([0, 1, 2, 6, 3, 5], [16, 17, 18, 19], 0x28),
  clobbered: registerFile([0, 1, 2, 6, 7, 8], [16, 17, 18], 0),
};

/** What a random function looks like. */
export interface RandomShape {
  readonly file: RegisterFile;
  /** About how many instructions to make. */
  readonly size: number;
  /** How many values live from the start. */
  readonly pressure: number;
  /** How deep branches and loops nest. */
  readonly nesting: number;
  /** How many of the youngest values instructions read from. */
  readonly reach: number;
}

/** Makes a function that obeys all rules of `MachineFunction` and uses everything they allow. */
export function randomFunction(seed: number, shape: RandomShape): MachineFunction {
  return new FunctionGenerator(seed, shape).generate();
}

class FunctionGenerator {
  private readonly random: Random;
  private readonly fn: MachineFunction;
  private readonly shape: RandomShape;
  private readonly integers: readonly number[];
  private readonly floats: readonly number[];
  /** Virtual registers that are defined wherever control is, by class; any may be written again. */
  private scope: [number[], number[]] = [[], []];
  private loops = 0;
  /** Parameters of the open block. */
  private parameters: number[] = [];
  /** Registers that must not be written again. */
  private readonly constants = new Set<number>();
  private budget: number;

  constructor(seed: number, shape: RandomShape) {
    this.random = new Random(seed);
    this.fn = new MachineFunction(`random ${seed}`);
    if (seed % 2 === 1) this.fn.wordsOfClass = [1, 2];
    this.shape = shape;
    this.budget = shape.size;
    [this.integers, this.floats] = shape.file.allocatable;
  }

  generate(): MachineFunction {
    const { fn, random } = this;
    fn.append(Opcode.compute);
    for (const register of [0, 1, 2, 16, 17]) {
      fn.addOperand(this.create(register >> 4), Role.define, register);
    }
    for (let count = 0; count < this.shape.pressure; count++) {
      fn.append(Opcode.compute, random.word());
      fn.addOperand(this.create(random.below(2)), Role.define, Constraint.register);
    }
    while (this.budget > 0) this.addPart(this.shape.nesting);
    fn.append(Opcode.compute, random.word());
    fn.addOperand(this.pick(0), Role.use, 0);
    fn.addOperand(this.pick(1), Role.use, 16);
    this.endBlock([], []);
    fn.finishBlocks();
    return fn;
  }

  private addPart(nesting: number): void {
    const { random } = this;
    const count = 1 + random.below(8);
    for (let index = 0; index < count; index++) this.addInstruction();
    if (nesting === 0) return;
    const choice = random.below(4);
    if (choice === 0) this.addBranches(nesting - 1);
    else if (choice === 1) this.addLoop(nesting - 1, random.below(2) === 0);
  }

  /** Ends the open block; its successors may be filled in later. */
  private endBlock(successors: number[], values: number[]): number {
    const block = this.fn.blockCount;
    this.fn.endBlock(successors, this.parameters, values, this.loops);
    this.parameters = [];
    return block;
  }

  private addBranches(nesting: number): void {
    const { fn, random } = this;
    this.addBranch();
    const arms: number[] = [];
    this.endBlock(arms, []);
    const joins: { successors: number[]; values: number[] }[] = [];
    const classes = this.randomClasses();
    const outer = this.scope;
    const count = 2 + random.below(random.below(4) === 0 ? 6 : 1);
    for (let arm = 0; arm < count; arm++) {
      arms.push(fn.blockCount);
      this.scope = [[...outer[0]], [...outer[1]]];
      if (random.below(4) > 0) this.addPart(nesting);
      fn.append(Opcode.jump);
      const join = { successors: [] as number[], values: this.pickAll(classes) };
      this.endBlock(join.successors, join.values);
      joins.push(join);
    }
    this.scope = outer;
    for (const join of joins) join.successors.push(fn.blockCount);
    this.pendingParameters(classes);
  }

  private addLoop(nesting: number, testsFirst: boolean): void {
    const { fn, random } = this;
    const classes = this.randomClasses();
    fn.append(Opcode.jump);
    this.endBlock([fn.blockCount + 1], this.pickAll(classes));
    const header = fn.blockCount;
    this.loops++;
    const parameters = this.pendingParameters(classes);
    const outer: [number[], number[]] = [[...this.scope[0]], [...this.scope[1]]];
    const exits: number[] = [];
    if (testsFirst) {
      this.addInstruction();
      this.addBranch();
      exits.push(fn.blockCount + 1);
      this.endBlock(exits, []);
    }
    const parts = 1 + random.below(2);
    for (let part = 0; part < parts; part++) this.addPart(nesting);
    if (!testsFirst) {
      this.addBranch();
      exits.push(fn.blockCount + 1);
      this.endBlock(exits, []);
    }
    fn.append(Opcode.jump);
    const rotated = [...parameters.slice(1), ...parameters.slice(0, 1)];
    const sameClass = rotated.every((value, at) => fn.classOf(value) === classes[at]);
    this.endBlock([header], sameClass && random.below(2) ? rotated : this.pickAll(classes));
    this.loops--;
    exits.push(fn.blockCount);
    this.scope = testsFirst ? outer : this.scope;
  }

  /** Makes the parameters of the block that is open. */
  private pendingParameters(classes: readonly number[]): number[] {
    const parameters = classes.map((registerClass) => this.create(registerClass));
    this.parameters = parameters;
    return parameters;
  }

  private randomClasses(): number[] {
    const count = this.random.below(5);
    return Array.from({ length: count }, () => (this.random.below(3) === 0 ? 1 : 0));
  }

  private pickAll(classes: readonly number[]): number[] {
    return classes.map((registerClass) => this.pick(registerClass));
  }

  private addBranch(): void {
    // As a call that catches: on neither way does anything live on in a register.
    const clobbers = this.random.below(4) === 0 ? this.allRegisters() : 0;
    this.fn.append(Opcode.branch, this.random.word(), 0, 0, 0, clobbers);
    const constraint = this.random.below(2) ? Constraint.register : Constraint.registerOrSlot;
    this.fn.addOperand(this.pick(0), Role.use, constraint);
  }

  private addInstruction(): void {
    this.budget--;
    const kinds = [
      () => this.addCompute(),
      () => this.addCompute(),
      () => this.addTwoAddress(),
      () => this.addTwoAddress(),
      () => this.addUpdate(),
      () => this.addDivide(),
      () => this.addShift(),
      () => this.addCall(),
      () => this.addEarly(),
      () => this.addFixedUpdate(),
      () => this.addConstant(),
      () => this.addMove(),
      () => this.addRewrite(),
    ];
    const kind = kinds[this.random.below(kinds.length)] as () => void;
    kind();
  }

  private addCompute(): void {
    const { fn, random } = this;
    const registerClass = random.below(2);
    fn.append(Opcode.compute, random.word());
    const used = this.pickAll(Array.from({ length: random.below(4) }, () => registerClass));
    const inSlot = random.below(3);
    if (random.below(4) === 0) fn.addOperand(4, Role.use, Constraint.register);
    used.forEach((register, index) => {
      fn.addOperand(register, Role.use, index === inSlot ? -2 : -1);
    });
    const results = Array.from({ length: random.below(3) }, () => this.create(random.below(2)));
    for (const register of results) fn.addOperand(register, Role.define, Constraint.register);
  }

  private addTwoAddress(): void {
    const { fn, random } = this;
    const registerClass = random.below(2);
    const source = this.pick(registerClass);
    const other = this.pick(registerClass);
    const target = this.create(registerClass, false);
    fn.append(Opcode.move);
    fn.addOperand(target, Role.define, Constraint.register);
    fn.addOperand(source, Role.use, Constraint.register);
    fn.append(Opcode.compute, random.word());
    fn.addOperand(target, Role.useDefine, Constraint.register);
    fn.addOperand(other, Role.use, random.below(2) ? -1 : -2);
    this.scope[registerClass as RegisterClassId].push(target);
  }

  private addUpdate(): void {
    const { fn, random } = this;
    const registerClass = random.below(2);
    fn.append(Opcode.compute, random.word());
    const updated = this.pickVariable(registerClass);
    fn.addOperand(updated, Role.useDefine, random.below(2) ? -1 : -2);
    fn.addOperand(this.pick(registerClass), Role.use, Constraint.register);
  }

  private addDivide(): void {
    const { fn, random } = this;
    fn.append(Opcode.compute, random.word());
    fn.addOperand(this.pick(0), Role.use, 0);
    if (random.below(2)) fn.addOperand(this.pick(0), Role.use, 2);
    fn.addOperand(this.pick(0), Role.use, random.below(2) ? -1 : -2);
    const keep = random.below(3);
    const quotient = this.create(0, keep !== 0);
    const remainder = this.create(0, keep !== 1);
    fn.addOperand(quotient, Role.define, 0);
    fn.addOperand(remainder, Role.define, 2);
  }

  private addShift(): void {
    const { fn, random } = this;
    fn.append(Opcode.compute, random.word());
    fn.addOperand(this.pickVariable(0), Role.useDefine, Constraint.register);
    fn.addOperand(this.pick(0), Role.use, 1);
  }

  /** The registers that may be allocated, as a mask. */
  private allRegisters(): number {
    return [...this.integers, ...this.floats].reduce((mask, register) => mask | (1 << register), 0);
  }

  private addCall(): void {
    const { fn, random, shape } = this;
    const saved = shape.file.calleeSaved;
    let clobbers = this.allRegisters() & ~saved;
    const results = random.below(3);
    if (results >= 1) clobbers &= ~1;
    fn.append(Opcode.compute, random.word(), 0, 0, 0, clobbers);
    const shared = this.pick(0);
    for (const register of [1, 2, 0].slice(random.below(4))) {
      fn.addOperand(random.below(4) ? this.pick(0) : shared, Role.use, register);
    }
    for (const register of [16, 17].slice(random.below(3))) {
      fn.addOperand(this.pick(1), Role.use, register);
    }
    if (random.below(3) === 0) {
      fn.addOperand(random.below(2) ? shared : this.pick(0), Role.use, random.below(2) ? -1 : -2);
    }
    if (results >= 1) fn.addOperand(this.create(0), Role.define, 0);
    if (results === 2) fn.addOperand(this.create(1, random.below(2) > 0), Role.define, 16);
  }

  private addEarly(): void {
    const { fn, random } = this;
    const registerClass = random.below(2);
    fn.append(Opcode.compute, random.word());
    fn.addOperand(this.pick(registerClass), Role.use, Constraint.register);
    fn.addOperand(this.pick(1 - registerClass), Role.use, Constraint.register);
    const fixed = random.below(3) === 0 ? (registerClass === 0 ? 2 : 17) : Constraint.register;
    fn.addOperand(this.create(registerClass), Role.earlyDefine, fixed);
  }

  private addFixedUpdate(): void {
    const { fn, random } = this;
    fn.append(Opcode.compute, random.word());
    fn.addOperand(this.pickVariable(0), Role.useDefine, 0);
    fn.addOperand(this.pick(0), Role.use, random.below(2) ? 2 : Constraint.register);
  }

  private addConstant(): void {
    const { fn, random } = this;
    const register = this.create(random.below(2), false);
    const instruction = fn.append(Opcode.constant, random.word());
    fn.addOperand(register, Role.define, Constraint.register);
    fn.rematerialization[register - firstVirtualRegister] = instruction;
    this.constants.add(register);
    this.scope[fn.classOf(register)].push(register);
  }

  private addMove(): void {
    const registerClass = this.random.below(2);
    this.fn.append(Opcode.move);
    const source = this.pick(registerClass);
    this.fn.addOperand(this.create(registerClass), Role.define, Constraint.register);
    this.fn.addOperand(source, Role.use, Constraint.register);
  }

  private addRewrite(): void {
    const { fn, random } = this;
    const registerClass = random.below(2);
    fn.append(Opcode.compute, random.word());
    fn.addOperand(this.pick(registerClass), Role.use, Constraint.registerOrSlot);
    fn.addOperand(this.pickVariable(registerClass), Role.define, Constraint.register);
  }

  private create(registerClass: number, enters = true): number {
    const register = this.fn.createRegister(registerClass === 0 ? RegisterClass.integer : 1);
    if (enters) this.scope[this.fn.classOf(register)].push(register);
    return register;
  }

  /** Any register in scope, the younger ones more often. */
  private pick(registerClass: number): number {
    const scope = this.scope[registerClass as RegisterClassId];
    const reach = this.random.below(2) === 0 ? 6 : this.shape.reach;
    const young = Math.min(reach, scope.length);
    return scope[scope.length - 1 - this.random.below(young)] as number;
  }

  /** Like `pick`, but a register that may be written. */
  private pickVariable(registerClass: number): number {
    for (let attempt = 0; attempt < 8; attempt++) {
      const register = this.pick(registerClass);
      if (!this.constants.has(register)) return register;
    }
    return this.scope[registerClass as RegisterClassId][0] as number;
  }
}
