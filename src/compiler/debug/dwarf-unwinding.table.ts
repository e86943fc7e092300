/** Numbers of DWARF version 5 for call frame information, and of its x86-64 registers. */

/** Call frame instructions (DWARF 5, 6.4.2 and 7.24). */
export const CallFrame = {
  advanceLocation1: 0x02,
  advanceLocation2: 0x03,
  advanceLocation4: 0x04,
  undefined: 0x07,
  sameValue: 0x08,
  defineAddress: 0x0c,
  defineAddressOffset: 0x0e,
  defineAddressExpression: 0x0f,
  expression: 0x10,
  /** Low six bits: the distance. */
  advanceLocation: 0x40,
  /** Low six bits: the register. */
  offset: 0x80,
  restore: 0xc0,
} as const;

/** DWARF's numbers of the general registers, by hardware number (psABI x86-64, figure 3.36). */
export const dwarfGeneralRegisters: readonly number[] = [
  0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15,
];

/** DWARF's numbers of the stack pointer, of the program counter's place, and of xmm0. */
export const DwarfRegister = { stackPointer: 7, returnAddress: 16, firstFloat: 17 } as const;
