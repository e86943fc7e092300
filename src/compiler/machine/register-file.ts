/** What register allocation must know of a processor and of the calling convention. */
export interface RegisterFile {
  /** Physical registers of each `RegisterClass` that may be allocated, the preferred ones first. */
  readonly allocatable: readonly [readonly number[], readonly number[]];
  /** Bit mask of the registers that a function must preserve. */
  readonly calleeSaved: number;
  /**
   * One register per class, never allocated, by which cycles of parallel moves are broken. A
   * slot-to-slot move goes through the scratch register of the other class.
   */
  readonly scratch: readonly [number, number];
  /** Whether an instruction only copies its second operand (use) to its first (define). */
  isMove(opcode: number): boolean;
}
