/**
 * A function as machine instructions over virtual registers, and after register allocation over
 * locations. Knows nothing of a particular processor beyond "two classes of at most 16 registers".
 */

/** Register classes: a register's class never changes. */
export const RegisterClass = { integer: 0, float: 1 } as const;

/** The number of one register class. */
export type RegisterClassId = (typeof RegisterClass)[keyof typeof RegisterClass];

/**
 * Registers below this number are physical (0-15 integer, 16-31 float), the others virtual. After
 * allocation a register column holds locations: a physical register, or `slotLocation(slot)`.
 */
export const firstVirtualRegister = 32;

/** The location of a spill slot: a negative number. */
export function slotLocation(slot: number): number {
  return -1 - slot;
}

/** The spill slot of a negative location. */
export function slotOf(location: number): number {
  return -1 - location;
}

/** What an instruction does with an operand. A `useDefine` is read, then written, in one register. */
export const Role = { use: 0, define: 1, useDefine: 2, earlyDefine: 3 } as const;

/**
 * Where an operand may be: in any register, in a register or a spill slot, or (0-31) in exactly
 * this physical register. An `earlyDefine` is written before the uses are read: it shares no
 * register with them.
 */
export const Constraint = { register: -1, registerOrSlot: -2 } as const;

const initialCapacity = 1024;

/** Instructions in final order in typed columns, their operands in further columns, and blocks. */
export class MachineFunction {
  /** The target's opcode. */
  opcode: Uint16Array;
  /** First operand of each instruction; its operands end where the next one's start. */
  operandStart: Int32Array;
  /** Physical registers, as a bit mask, that hold nothing useful after the instruction. */
  clobbers: Int32Array;
  /** The target's own fields. */
  immediateLow: Int32Array;
  immediateHigh: Int32Array;
  displacement: Int32Array;
  /** Symbol, label, shape of an address ...: the target's own. */
  extra: Int32Array;
  /** What each instruction comes from, as in the SSA function. */
  origin: Int32Array;
  /** What the next instructions appended come from. */
  currentOrigin = 0;
  /** Number of instructions. */
  count = 0;

  /** Virtual register (or a physical one outside allocation), by operand; later its location. */
  operandRegister: Int32Array;
  /** `Role`, by operand. */
  operandRole: Uint8Array;
  /** `Constraint` or a physical register, by operand. */
  operandConstraint: Int8Array;
  /** Number of operands. */
  operandCount = 0;

  /** `RegisterClass` of each virtual register, from `firstVirtualRegister` on. */
  registerClasses: RegisterClassId[] = [];
  /**
   * For each virtual register the one instruction that makes it from nothing (a constant) and may
   * be repeated anywhere, or -1.
   */
  rematerialization: number[] = [];

  /**
   * Words of 8 bytes that a register of each class takes in memory. Floats take two wherever some
   * of them are vectors: all of them then have slots, and moves, of that size.
   */
  wordsOfClass: readonly [number, number] = [1, 1];

  /** First instruction of each block, in order; one more entry at the end. Blocks are not empty. */
  blockStart: number[] = [0];
  /** Successors of each block. An edge from a block with several enters a block with one predecessor. */
  blockSuccessors: number[][] = [];
  /** Predecessors of each block. */
  blockPredecessors: number[][] = [];
  /** How many loops each block lies in. */
  blockLoopDepth: number[] = [];
  /** Virtual registers that receive `blockArguments` of the predecessors (all of them single-successor). */
  blockParameters: number[][] = [];
  /** Virtual registers passed to the only successor, in parallel, before the last instruction. */
  blockArguments: number[][] = [];

  /** `capacity`: how many instructions, and operands, there is room for at first. */
  constructor(
    readonly name: string,
    capacity = initialCapacity,
  ) {
    this.opcode = new Uint16Array(capacity);
    this.operandStart = new Int32Array(capacity + 1);
    this.clobbers = new Int32Array(capacity);
    this.immediateLow = new Int32Array(capacity);
    this.immediateHigh = new Int32Array(capacity);
    this.displacement = new Int32Array(capacity);
    this.extra = new Int32Array(capacity);
    this.origin = new Int32Array(capacity);
    this.operandRegister = new Int32Array(capacity);
    this.operandRole = new Uint8Array(capacity);
    this.operandConstraint = new Int8Array(capacity);
  }

  /** Number of blocks. */
  get blockCount(): number {
    return this.blockStart.length - 1;
  }

  /** Makes a virtual register. */
  createRegister(registerClass: RegisterClassId): number {
    this.registerClasses.push(registerClass);
    this.rematerialization.push(-1);
    return firstVirtualRegister + this.registerClasses.length - 1;
  }

  /** Class of a virtual or physical register. */
  classOf(register: number): RegisterClassId {
    if (register >= firstVirtualRegister) {
      return this.registerClasses[register - firstVirtualRegister] as RegisterClassId;
    }
    return register < 16 ? RegisterClass.integer : RegisterClass.float;
  }

  /** Appends an instruction without operands; `addOperand` then adds them in order. */
  append(
    opcode: number,
    immediateLow = 0,
    immediateHigh = 0,
    displacement = 0,
    extra = 0,
    clobbers = 0,
  ): number {
    const instruction = this.count++;
    if (instruction + 1 >= this.opcode.length) this.growInstructions();
    this.opcode[instruction] = opcode;
    this.immediateLow[instruction] = immediateLow;
    this.immediateHigh[instruction] = immediateHigh;
    this.displacement[instruction] = displacement;
    this.extra[instruction] = extra;
    this.clobbers[instruction] = clobbers;
    this.origin[instruction] = this.currentOrigin;
    this.operandStart[instruction] = this.operandCount;
    this.operandStart[instruction + 1] = this.operandCount;
    return instruction;
  }

  /** Adds an operand to the last instruction. */
  addOperand(register: number, role: number, constraint: number): void {
    const operand = this.operandCount++;
    if (operand === this.operandRegister.length) this.growOperands();
    this.operandRegister[operand] = register;
    this.operandRole[operand] = role;
    this.operandConstraint[operand] = constraint;
    this.operandStart[this.count] = this.operandCount;
  }

  /** Ends the current block: the instructions appended since the last call are its body. */
  endBlock(successors: number[], parameters: number[], values: number[], loopDepth: number): void {
    this.blockStart.push(this.count);
    this.blockSuccessors.push(successors);
    this.blockParameters.push(parameters);
    this.blockArguments.push(values);
    this.blockLoopDepth.push(loopDepth);
  }

  /** Computes `blockPredecessors` after the last block. */
  finishBlocks(): void {
    this.blockPredecessors = this.blockSuccessors.map(() => []);
    this.blockSuccessors.forEach((successors, block) => {
      for (const successor of new Set(successors)) this.blockPredecessors[successor]?.push(block);
    });
  }

  private growInstructions(): void {
    const capacity = this.opcode.length * 2;
    const words = (old: Int32Array, extra = 0) => {
      const grown = new Int32Array(capacity + extra);
      grown.set(old);
      return grown;
    };
    const opcode = new Uint16Array(capacity);
    opcode.set(this.opcode);
    this.opcode = opcode;
    this.operandStart = words(this.operandStart, 1);
    this.clobbers = words(this.clobbers);
    this.immediateLow = words(this.immediateLow);
    this.immediateHigh = words(this.immediateHigh);
    this.displacement = words(this.displacement);
    this.extra = words(this.extra);
    this.origin = words(this.origin);
  }

  private growOperands(): void {
    const capacity = this.operandRegister.length * 2;
    const registers = new Int32Array(capacity);
    registers.set(this.operandRegister);
    this.operandRegister = registers;
    const roles = new Uint8Array(capacity);
    roles.set(this.operandRole);
    this.operandRole = roles;
    const constraints = new Int8Array(capacity);
    constraints.set(this.operandConstraint);
    this.operandConstraint = constraints;
  }
}
