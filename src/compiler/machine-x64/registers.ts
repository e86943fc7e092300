/**
 * The registers by their hardware numbers: 0 to 15 are the general registers, 16 to 31 the XMM
 * registers. The widths of a general register share its number.
 */
export const Register = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
  xmm0: 16,
  xmm1: 17,
  xmm2: 18,
  xmm3: 19,
  xmm4: 20,
  xmm5: 21,
  xmm6: 22,
  xmm7: 23,
  xmm8: 24,
  xmm9: 25,
  xmm10: 26,
  xmm11: 27,
  xmm12: 28,
  xmm13: 29,
  xmm14: 30,
  xmm15: 31,
} as const;

/** The name of a register, as written for its full width: "rax" to "r15", "xmm0" to "xmm15". */
export type RegisterName = keyof typeof Register;

/** The segment registers, by the number that `seg` operands take. */
export const Segment = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 } as const;

const legacyNames = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
const numberedSuffixes: Readonly<Record<number, string>> = { 8: "b", 16: "w", 32: "d", 64: "" };

/**
 * The name of a register at a width of 8, 16, 32 or 64 bits, which XMM registers ignore.
 * The byte registers 4 to 7 are spl, bpl, sil and dil: the high bytes ah to bh are not used.
 */
export function registerName(register: number, widthBits: number): string {
  if (register >= 16) return `xmm${register - 16}`;
  const legacy = legacyNames[register];
  if (legacy === undefined) return `r${register}${numberedSuffixes[widthBits] ?? ""}`;
  if (widthBits === 8) return register < 4 ? `${legacy.charAt(0)}l` : `${legacy}l`;
  return { 16: "", 32: "e", 64: "r" }[widthBits] + legacy;
}
