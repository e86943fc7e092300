import { firstVirtualRegister, type MachineFunction } from "../machine/machine-function.ts";

const nowhere = -1;

/** Which values (virtual registers, counted from zero) belong to one block, and how long they matter. */
export class BlockValues {
  /** Whether more than one block knows a value, or edges bring it. */
  readonly isCrossing: Uint8Array;
  /** The last instruction that names each value, which belongs to one block. */
  readonly lastUse: Int32Array;
  /** Whether a value is ever in its slot: for the allocator to say. */
  readonly needsSlot: Uint8Array;
  /** The first block that names each value. */
  readonly home: Int32Array;

  constructor(fn: MachineFunction) {
    const count = fn.registerClasses.length;
    this.isCrossing = new Uint8Array(count);
    this.lastUse = new Int32Array(count).fill(nowhere);
    this.needsSlot = new Uint8Array(count);
    this.home = new Int32Array(count).fill(nowhere);
    for (let block = 0; block < fn.blockCount; block++) this.scan(fn, block);
  }

  private scan(fn: MachineFunction, block: number): void {
    for (const parameter of fn.blockParameters[block] as number[]) {
      this.isCrossing[parameter - firstVirtualRegister] = 1;
    }
    const first = fn.blockStart[block] as number;
    const end = fn.blockStart[block + 1] as number;
    for (let instruction = first; instruction < end; instruction++) {
      const lastOperand = fn.operandStart[instruction + 1] as number;
      for (let at = fn.operandStart[instruction] as number; at < lastOperand; at++) {
        this.note((fn.operandRegister[at] as number) - firstVirtualRegister, instruction, block);
      }
    }
    for (const argument of fn.blockArguments[block] as number[]) {
      this.note(argument - firstVirtualRegister, end - 1, block);
    }
  }

  private note(value: number, instruction: number, block: number): void {
    if (value < 0) return;
    this.lastUse[value] = instruction;
    if (this.home[value] === nowhere) this.home[value] = block;
    else if (this.home[value] !== block) this.isCrossing[value] = 1;
  }
}
