import { Access } from "../ssa/operations.ts";
import { Form, type FormId } from "./encoding.ts";

/** Loads into 32-bit values (zero-extended to 64 bits by the processor), by access. */
export const loads32: readonly FormId[] = [
  Form.movsx_r32_rm8,
  Form.movzx_r32_rm8,
  Form.movsx_r32_rm16,
  Form.movzx_r32_rm16,
  Form.mov_r32_rm32,
  Form.mov_r32_rm32,
  Form.mov_r64_rm64,
  Form.movss_x_m32,
  Form.movsd_x_m64,
];

/** Loads into 64-bit values, by access. */
export const loads64: readonly FormId[] = [
  Form.movsx_r64_rm8,
  Form.movzx_r32_rm8,
  Form.movsx_r64_rm16,
  Form.movzx_r32_rm16,
  Form.movsxd_r64_rm32,
  Form.mov_r32_rm32,
  Form.mov_r64_rm64,
  Form.movss_x_m32,
  Form.movsd_x_m64,
];

/** Stores, by access. */
export const stores: readonly FormId[] = [
  Form.mov_rm8_r8,
  Form.mov_rm8_r8,
  Form.mov_rm16_r16,
  Form.mov_rm16_r16,
  Form.mov_rm32_r32,
  Form.mov_rm32_r32,
  Form.mov_rm64_r64,
  Form.movss_m32_x,
  Form.movsd_m64_x,
  Form.movups_xm128_x,
];

/** Stores of immediates, by access. */
export const immediateStores: readonly FormId[] = [
  Form.mov_rm8_imm8,
  Form.mov_rm8_imm8,
  Form.mov_rm16_imm16,
  Form.mov_rm16_imm16,
  Form.mov_rm32_imm32,
  Form.mov_rm32_imm32,
  Form.mov_rm64_imm32,
];

/** A constant as the immediate of its store, cut to what that takes; undefined where it does not fit. */
export function storeImmediate(access: number, low: number, high: number): number | undefined {
  if (access === Access.whole64) return high === low >> 31 ? low : undefined;
  if (access <= Access.unsigned8) return (low << 24) >> 24;
  if (access <= Access.unsigned16) return (low << 16) >> 16;
  return low;
}
