/** What an instruction does with an operand; a bit set. */
export const Role = { none: 0, read: 1, write: 2, readWrite: 3 } as const;

/** What an instruction does with the arithmetic flags; a bit set. */
export const FlagsEffect = { reads: 1, writes: 2, clobbers: 4 } as const;

/** The CPU level of forms that are in no x86-64 level: CPUID must be asked first. */
export const probedCpuLevel = 255;

/** The shape of an encoding, as the assembler needs it; a bit set. */
export const Layout = {
  modRm: 1 << 0,
  /** The register stands in the low bits of the opcode. */
  opcodeRegister: 1 << 1,
  /** The first register operand goes into ModRM.rm or the opcode, the second into ModRM.reg. */
  rmFirst: 1 << 2,
  rexW: 1 << 3,
  /** There is a register in ModRM.reg; it is an XMM register; it is a byte register. */
  regPresent: 1 << 4,
  regXmm: 1 << 5,
  regByte: 1 << 6,
  /** There may be a register in ModRM.rm or the opcode; it is an XMM or a byte register. */
  rmRegister: 1 << 7,
  rmXmm: 1 << 8,
  rmByte: 1 << 9,
  /** ModRM.rm may name memory. */
  rmMemory: 1 << 10,
  /** The form exists in this mode only. */
  mode32Only: 1 << 11,
  mode64Only: 1 << 12,
  /** The immediate is sign-extended, so that it must lie in the signed range. */
  immediateSigned: 1 << 13,
  /** The immediate is a branch displacement. */
  relative: 1 << 14,
  /** The upper lanes of the written XMM register survive: it depends on its old value. */
  merges: 1 << 15,
  /** A VEX prefix stands in place of prefixes and REX (Intel SDM volume 2, 2.3.5). */
  vex: 1 << 16,
  /** The second register operand stands in VEX.vvvv, or the first; if neither, the third may. */
  vexSecond: 1 << 17,
  vexFirst: 1 << 18,
} as const;
