/** Operations of DWARF expressions (DWARF 5, 2.5 and 7.7.1), and the one of WebAssembly. */
export const ExpressionOperation = {
  address: 0x03,
  dereference: 0x06,
  constant1u: 0x08,
  constant2u: 0x0a,
  constant4u: 0x0c,
  constant8u: 0x0e,
  constantUnsigned: 0x10,
  constantSigned: 0x11,
  duplicate: 0x12,
  and: 0x1a,
  minus: 0x1c,
  plus: 0x22,
  plusConstant: 0x23,
  branch: 0x28,
  greaterOrEqual: 0x2a,
  /** The first of 32 that push what they are numbered by. */
  literal0: 0x30,
  /** The first of 32 that say that something is in a register. */
  register0: 0x50,
  /** The first of 32 that push the sum of a register and a constant. */
  baseRegister0: 0x70,
  frameBase: 0x91,
  dereferenceSize: 0x94,
  pushObjectAddress: 0x97,
  stackValue: 0x9f,
  /** Kind (0 local, 1 global, 2 operand stack, 3 global by a 4-byte index) and index. */
  webAssemblyLocation: 0xed,
} as const;
