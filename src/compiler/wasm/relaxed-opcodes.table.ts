import { type OpcodeRow, row } from "./opcode-row.ts";

/** An instruction behind the prefix 0xfd: its number there less 0x100, and its signature. */
function relaxed(number: number, signature: string): OpcodeRow {
  return row(0x400 + number, signature);
}

/** The relaxed vector instructions (WebAssembly 3.0, section 5.4.8), which leave some results open. */
export const relaxedOpcodeRows = {
  "i8x16.relaxed_swizzle": relaxed(0x00, "v128 v128 -> v128"),
  "i32x4.relaxed_trunc_f32x4_s": relaxed(0x01, "v128 -> v128"),
  "i32x4.relaxed_trunc_f32x4_u": relaxed(0x02, "v128 -> v128"),
  "i32x4.relaxed_trunc_f64x2_s_zero": relaxed(0x03, "v128 -> v128"),
  "i32x4.relaxed_trunc_f64x2_u_zero": relaxed(0x04, "v128 -> v128"),
  "f32x4.relaxed_madd": relaxed(0x05, "v128 v128 v128 -> v128"),
  "f32x4.relaxed_nmadd": relaxed(0x06, "v128 v128 v128 -> v128"),
  "f64x2.relaxed_madd": relaxed(0x07, "v128 v128 v128 -> v128"),
  "f64x2.relaxed_nmadd": relaxed(0x08, "v128 v128 v128 -> v128"),
  "i8x16.relaxed_laneselect": relaxed(0x09, "v128 v128 v128 -> v128"),
  "i16x8.relaxed_laneselect": relaxed(0x0a, "v128 v128 v128 -> v128"),
  "i32x4.relaxed_laneselect": relaxed(0x0b, "v128 v128 v128 -> v128"),
  "i64x2.relaxed_laneselect": relaxed(0x0c, "v128 v128 v128 -> v128"),
  "f32x4.relaxed_min": relaxed(0x0d, "v128 v128 -> v128"),
  "f32x4.relaxed_max": relaxed(0x0e, "v128 v128 -> v128"),
  "f64x2.relaxed_min": relaxed(0x0f, "v128 v128 -> v128"),
  "f64x2.relaxed_max": relaxed(0x10, "v128 v128 -> v128"),
  "i16x8.relaxed_q15mulr_s": relaxed(0x11, "v128 v128 -> v128"),
  "i16x8.relaxed_dot_i8x16_i7x16_s": relaxed(0x12, "v128 v128 -> v128"),
  "i32x4.relaxed_dot_i8x16_i7x16_add_s": relaxed(0x13, "v128 v128 v128 -> v128"),
} as const satisfies Record<string, OpcodeRow>;
