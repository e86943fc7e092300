import { trapKinds } from "../../contracts/traps.ts";
import type { Chunk } from "../object/object.ts";
import { type SymbolTable, trapSymbol } from "../object/symbols.ts";
import { Assembler, noRegister } from "./assembler.ts";
import { floatScratch, integerScratch } from "./calling-convention.ts";
import { codeChunk } from "./code-chunk.ts";
import { truncationSymbol } from "./emit/sequences.ts";
import { Form } from "./encoding.ts";
import { Truncation } from "./pseudo-instructions.ts";

/** The name of the constant 2^63 as an f64. */
const twoTo63 = "constant.43e0000000000000";

/** -2^63 as an f64, rotated left by 16 bits: all other bits are zero. */
const rotatedMinusTwoTo63 = 0xc3e0;

/**
 * The routines that finish a float-to-integer conversion which the quick instruction sequence could
 * not: they trap or saturate. The f64 comes in the float scratch register, the integer goes out in
 * the integer scratch register, and nothing else changes.
 */
export function truncationChunks(symbols: SymbolTable): Chunk[] {
  const { wide, signed, saturating } = Truncation;
  const variants = [0, signed, wide, wide | signed];
  return [...variants, ...variants.map((bits) => bits | saturating)].map((bits) =>
    codeChunk(new TruncationRoutine(bits, symbols).assemble(), symbols, truncationSymbol(bits)),
  );
}

class TruncationRoutine {
  private readonly assembler = new Assembler(64, 128);
  private readonly saturates: boolean;
  private readonly isWide: boolean;
  private readonly isSigned: boolean;

  constructor(
    bits: number,
    private readonly symbols: SymbolTable,
  ) {
    this.saturates = (bits & Truncation.saturating) !== 0;
    this.isWide = (bits & Truncation.wide) !== 0;
    this.isSigned = (bits & Truncation.signed) !== 0;
  }

  assemble(): Assembler {
    const { assembler } = this;
    const unordered = assembler.newLabel();
    const negative = assembler.newLabel();
    assembler.emit(Form.ucomisd_x_xm64, floatScratch, floatScratch);
    assembler.jump(Form.jp_rel32, unordered);
    assembler.emit(Form.movq_rm64_x, integerScratch, floatScratch);
    assembler.emit(Form.test_rm64_r64, integerScratch, integerScratch);
    assembler.jump(Form.js_rel32, negative);
    this.positive();
    assembler.bind(negative);
    this.negative();
    assembler.bind(unordered);
    if (this.saturates) this.returnZero();
    else this.trap(trapKinds.invalidConversion.id);
    return assembler;
  }

  /** Too large, except for unsigned 64-bit integers from 2^63 on. */
  private positive(): void {
    const { assembler } = this;
    if (!this.isWide || this.isSigned) {
      this.tooLarge();
      return;
    }
    const overflow = assembler.newLabel();
    const symbol = this.symbols.intern(twoTo63);
    assembler.emitMemorySymbol(
      Form.subsd_x_xm64,
      floatScratch,
      noRegister,
      noRegister,
      0,
      symbol,
      0,
    );
    assembler.emit(Form.cvttsd2si_r64_xm64, integerScratch, floatScratch);
    assembler.emit(Form.test_rm64_r64, integerScratch, integerScratch);
    assembler.jump(Form.js_rel8, overflow);
    assembler.emit(Form.btc_rm64_imm8, integerScratch, 0, 63);
    assembler.emit(Form.ret);
    assembler.bind(overflow);
    this.tooLarge();
  }

  private tooLarge(): void {
    if (!this.saturates) {
      this.trap(trapKinds.integerOverflow.id);
      return;
    }
    const { assembler } = this;
    assembler.emit(Form.mov_rm64_imm32, integerScratch, 0, -1);
    const unused = (this.isWide ? 0 : 32) + (this.isSigned ? 1 : 0);
    if (unused > 0) assembler.emit(Form.shr_rm64_imm8, integerScratch, 0, unused);
    assembler.emit(Form.ret);
  }

  /** Too small, except for the most negative 64-bit integer itself. */
  private negative(): void {
    const { assembler } = this;
    if (this.saturates) {
      if (this.isSigned) this.returnSignBit();
      else this.returnZero();
      return;
    }
    if (this.isSigned && this.isWide) {
      const overflow = assembler.newLabel();
      assembler.emit(Form.rol_rm64_imm8, integerScratch, 0, 16);
      assembler.emit(Form.cmp_rm64_imm32, integerScratch, 0, rotatedMinusTwoTo63);
      assembler.jump(Form.jne_rel8, overflow);
      this.returnSignBit();
      assembler.bind(overflow);
    }
    this.trap(trapKinds.integerOverflow.id);
  }

  private returnSignBit(): void {
    this.assembler.emit(Form.mov_r32_imm32, integerScratch, 0, 1);
    this.assembler.emit(Form.shl_rm64_imm8, integerScratch, 0, this.isWide ? 63 : 31);
    this.assembler.emit(Form.ret);
  }

  private returnZero(): void {
    this.assembler.emit(Form.xor_r32_rm32, integerScratch, integerScratch);
    this.assembler.emit(Form.ret);
  }

  /** The return address is the conversion's: the trap names it. */
  private trap(kind: number): void {
    this.assembler.jumpToSymbol(Form.jmp_rel32, this.symbols.intern(trapSymbol(kind)));
  }
}
