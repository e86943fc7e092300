/** The immediates that follow an opcode. */
export type ImmediateKind =
  | "none"
  | "blockType"
  | "label"
  | "labels" // of br_table
  | "function"
  | "typeAndTable"
  | "types" // of select
  | "local"
  | "global"
  | "table"
  | "access" // alignment and offset
  | "memory"
  | "memories"
  | "dataAndMemory"
  | "data"
  | "elementAndTable"
  | "element"
  | "tables"
  | "referenceType"
  | "i32"
  | "i64"
  | "f32"
  | "f64";

/** One opcode: its byte (behind 0xfc: 0x100 + number), its immediates and its signature. */
export interface OpcodeRow {
  readonly code: number;
  readonly immediate: ImmediateKind;
  /** "parameters -> results"; empty where they depend on more than the opcode. */
  readonly signature: string;
}

function row(code: number, signature = "", immediate: ImmediateKind = "none"): OpcodeRow {
  return { code, immediate, signature };
}

/** The instructions of WebAssembly 2.0 without vectors (specification, section 5.4). */
export const opcodeRows = {
  // Control.
  unreachable: row(0x00),
  nop: row(0x01),
  block: row(0x02, "", "blockType"),
  loop: row(0x03, "", "blockType"),
  if: row(0x04, "", "blockType"),
  else: row(0x05),
  end: row(0x0b),
  br: row(0x0c, "", "label"),
  br_if: row(0x0d, "", "label"),
  br_table: row(0x0e, "", "labels"),
  return: row(0x0f),
  call: row(0x10, "", "function"),
  call_indirect: row(0x11, "", "typeAndTable"),
  return_call: row(0x12, "", "function"),
  return_call_indirect: row(0x13, "", "typeAndTable"),

  // Any values.
  drop: row(0x1a),
  select: row(0x1b),
  select_typed: row(0x1c, "", "types"),
  "local.get": row(0x20, "", "local"),
  "local.set": row(0x21, "", "local"),
  "local.tee": row(0x22, "", "local"),
  "global.get": row(0x23, "", "global"),
  "global.set": row(0x24, "", "global"),
  "table.get": row(0x25, "", "table"),
  "table.set": row(0x26, "", "table"),

  // Memory.
  "i32.load": row(0x28, "i32 -> i32", "access"),
  "i64.load": row(0x29, "i32 -> i64", "access"),
  "f32.load": row(0x2a, "i32 -> f32", "access"),
  "f64.load": row(0x2b, "i32 -> f64", "access"),
  "i32.load8_s": row(0x2c, "i32 -> i32", "access"),
  "i32.load8_u": row(0x2d, "i32 -> i32", "access"),
  "i32.load16_s": row(0x2e, "i32 -> i32", "access"),
  "i32.load16_u": row(0x2f, "i32 -> i32", "access"),
  "i64.load8_s": row(0x30, "i32 -> i64", "access"),
  "i64.load8_u": row(0x31, "i32 -> i64", "access"),
  "i64.load16_s": row(0x32, "i32 -> i64", "access"),
  "i64.load16_u": row(0x33, "i32 -> i64", "access"),
  "i64.load32_s": row(0x34, "i32 -> i64", "access"),
  "i64.load32_u": row(0x35, "i32 -> i64", "access"),
  "i32.store": row(0x36, "i32 i32 ->", "access"),
  "i64.store": row(0x37, "i32 i64 ->", "access"),
  "f32.store": row(0x38, "i32 f32 ->", "access"),
  "f64.store": row(0x39, "i32 f64 ->", "access"),
  "i32.store8": row(0x3a, "i32 i32 ->", "access"),
  "i32.store16": row(0x3b, "i32 i32 ->", "access"),
  "i64.store8": row(0x3c, "i32 i64 ->", "access"),
  "i64.store16": row(0x3d, "i32 i64 ->", "access"),
  "i64.store32": row(0x3e, "i32 i64 ->", "access"),
  "memory.size": row(0x3f, "-> i32", "memory"),
  "memory.grow": row(0x40, "i32 -> i32", "memory"),

  // Constants.
  "i32.const": row(0x41, "-> i32", "i32"),
  "i64.const": row(0x42, "-> i64", "i64"),
  "f32.const": row(0x43, "-> f32", "f32"),
  "f64.const": row(0x44, "-> f64", "f64"),

  // Comparisons.
  "i32.eqz": row(0x45, "i32 -> i32"),
  "i32.eq": row(0x46, "i32 i32 -> i32"),
  "i32.ne": row(0x47, "i32 i32 -> i32"),
  "i32.lt_s": row(0x48, "i32 i32 -> i32"),
  "i32.lt_u": row(0x49, "i32 i32 -> i32"),
  "i32.gt_s": row(0x4a, "i32 i32 -> i32"),
  "i32.gt_u": row(0x4b, "i32 i32 -> i32"),
  "i32.le_s": row(0x4c, "i32 i32 -> i32"),
  "i32.le_u": row(0x4d, "i32 i32 -> i32"),
  "i32.ge_s": row(0x4e, "i32 i32 -> i32"),
  "i32.ge_u": row(0x4f, "i32 i32 -> i32"),
  "i64.eqz": row(0x50, "i64 -> i32"),
  "i64.eq": row(0x51, "i64 i64 -> i32"),
  "i64.ne": row(0x52, "i64 i64 -> i32"),
  "i64.lt_s": row(0x53, "i64 i64 -> i32"),
  "i64.lt_u": row(0x54, "i64 i64 -> i32"),
  "i64.gt_s": row(0x55, "i64 i64 -> i32"),
  "i64.gt_u": row(0x56, "i64 i64 -> i32"),
  "i64.le_s": row(0x57, "i64 i64 -> i32"),
  "i64.le_u": row(0x58, "i64 i64 -> i32"),
  "i64.ge_s": row(0x59, "i64 i64 -> i32"),
  "i64.ge_u": row(0x5a, "i64 i64 -> i32"),
  "f32.eq": row(0x5b, "f32 f32 -> i32"),
  "f32.ne": row(0x5c, "f32 f32 -> i32"),
  "f32.lt": row(0x5d, "f32 f32 -> i32"),
  "f32.gt": row(0x5e, "f32 f32 -> i32"),
  "f32.le": row(0x5f, "f32 f32 -> i32"),
  "f32.ge": row(0x60, "f32 f32 -> i32"),
  "f64.eq": row(0x61, "f64 f64 -> i32"),
  "f64.ne": row(0x62, "f64 f64 -> i32"),
  "f64.lt": row(0x63, "f64 f64 -> i32"),
  "f64.gt": row(0x64, "f64 f64 -> i32"),
  "f64.le": row(0x65, "f64 f64 -> i32"),
  "f64.ge": row(0x66, "f64 f64 -> i32"),

  // Integers.
  "i32.clz": row(0x67, "i32 -> i32"),
  "i32.ctz": row(0x68, "i32 -> i32"),
  "i32.popcnt": row(0x69, "i32 -> i32"),
  "i32.add": row(0x6a, "i32 i32 -> i32"),
  "i32.sub": row(0x6b, "i32 i32 -> i32"),
  "i32.mul": row(0x6c, "i32 i32 -> i32"),
  "i32.div_s": row(0x6d, "i32 i32 -> i32"),
  "i32.div_u": row(0x6e, "i32 i32 -> i32"),
  "i32.rem_s": row(0x6f, "i32 i32 -> i32"),
  "i32.rem_u": row(0x70, "i32 i32 -> i32"),
  "i32.and": row(0x71, "i32 i32 -> i32"),
  "i32.or": row(0x72, "i32 i32 -> i32"),
  "i32.xor": row(0x73, "i32 i32 -> i32"),
  "i32.shl": row(0x74, "i32 i32 -> i32"),
  "i32.shr_s": row(0x75, "i32 i32 -> i32"),
  "i32.shr_u": row(0x76, "i32 i32 -> i32"),
  "i32.rotl": row(0x77, "i32 i32 -> i32"),
  "i32.rotr": row(0x78, "i32 i32 -> i32"),
  "i64.clz": row(0x79, "i64 -> i64"),
  "i64.ctz": row(0x7a, "i64 -> i64"),
  "i64.popcnt": row(0x7b, "i64 -> i64"),
  "i64.add": row(0x7c, "i64 i64 -> i64"),
  "i64.sub": row(0x7d, "i64 i64 -> i64"),
  "i64.mul": row(0x7e, "i64 i64 -> i64"),
  "i64.div_s": row(0x7f, "i64 i64 -> i64"),
  "i64.div_u": row(0x80, "i64 i64 -> i64"),
  "i64.rem_s": row(0x81, "i64 i64 -> i64"),
  "i64.rem_u": row(0x82, "i64 i64 -> i64"),
  "i64.and": row(0x83, "i64 i64 -> i64"),
  "i64.or": row(0x84, "i64 i64 -> i64"),
  "i64.xor": row(0x85, "i64 i64 -> i64"),
  "i64.shl": row(0x86, "i64 i64 -> i64"),
  "i64.shr_s": row(0x87, "i64 i64 -> i64"),
  "i64.shr_u": row(0x88, "i64 i64 -> i64"),
  "i64.rotl": row(0x89, "i64 i64 -> i64"),
  "i64.rotr": row(0x8a, "i64 i64 -> i64"),

  // Floats.
  "f32.abs": row(0x8b, "f32 -> f32"),
  "f32.neg": row(0x8c, "f32 -> f32"),
  "f32.ceil": row(0x8d, "f32 -> f32"),
  "f32.floor": row(0x8e, "f32 -> f32"),
  "f32.trunc": row(0x8f, "f32 -> f32"),
  "f32.nearest": row(0x90, "f32 -> f32"),
  "f32.sqrt": row(0x91, "f32 -> f32"),
  "f32.add": row(0x92, "f32 f32 -> f32"),
  "f32.sub": row(0x93, "f32 f32 -> f32"),
  "f32.mul": row(0x94, "f32 f32 -> f32"),
  "f32.div": row(0x95, "f32 f32 -> f32"),
  "f32.min": row(0x96, "f32 f32 -> f32"),
  "f32.max": row(0x97, "f32 f32 -> f32"),
  "f32.copysign": row(0x98, "f32 f32 -> f32"),
  "f64.abs": row(0x99, "f64 -> f64"),
  "f64.neg": row(0x9a, "f64 -> f64"),
  "f64.ceil": row(0x9b, "f64 -> f64"),
  "f64.floor": row(0x9c, "f64 -> f64"),
  "f64.trunc": row(0x9d, "f64 -> f64"),
  "f64.nearest": row(0x9e, "f64 -> f64"),
  "f64.sqrt": row(0x9f, "f64 -> f64"),
  "f64.add": row(0xa0, "f64 f64 -> f64"),
  "f64.sub": row(0xa1, "f64 f64 -> f64"),
  "f64.mul": row(0xa2, "f64 f64 -> f64"),
  "f64.div": row(0xa3, "f64 f64 -> f64"),
  "f64.min": row(0xa4, "f64 f64 -> f64"),
  "f64.max": row(0xa5, "f64 f64 -> f64"),
  "f64.copysign": row(0xa6, "f64 f64 -> f64"),

  // Conversions.
  "i32.wrap_i64": row(0xa7, "i64 -> i32"),
  "i32.trunc_f32_s": row(0xa8, "f32 -> i32"),
  "i32.trunc_f32_u": row(0xa9, "f32 -> i32"),
  "i32.trunc_f64_s": row(0xaa, "f64 -> i32"),
  "i32.trunc_f64_u": row(0xab, "f64 -> i32"),
  "i64.extend_i32_s": row(0xac, "i32 -> i64"),
  "i64.extend_i32_u": row(0xad, "i32 -> i64"),
  "i64.trunc_f32_s": row(0xae, "f32 -> i64"),
  "i64.trunc_f32_u": row(0xaf, "f32 -> i64"),
  "i64.trunc_f64_s": row(0xb0, "f64 -> i64"),
  "i64.trunc_f64_u": row(0xb1, "f64 -> i64"),
  "f32.convert_i32_s": row(0xb2, "i32 -> f32"),
  "f32.convert_i32_u": row(0xb3, "i32 -> f32"),
  "f32.convert_i64_s": row(0xb4, "i64 -> f32"),
  "f32.convert_i64_u": row(0xb5, "i64 -> f32"),
  "f32.demote_f64": row(0xb6, "f64 -> f32"),
  "f64.convert_i32_s": row(0xb7, "i32 -> f64"),
  "f64.convert_i32_u": row(0xb8, "i32 -> f64"),
  "f64.convert_i64_s": row(0xb9, "i64 -> f64"),
  "f64.convert_i64_u": row(0xba, "i64 -> f64"),
  "f64.promote_f32": row(0xbb, "f32 -> f64"),
  "i32.reinterpret_f32": row(0xbc, "f32 -> i32"),
  "i64.reinterpret_f64": row(0xbd, "f64 -> i64"),
  "f32.reinterpret_i32": row(0xbe, "i32 -> f32"),
  "f64.reinterpret_i64": row(0xbf, "i64 -> f64"),
  "i32.extend8_s": row(0xc0, "i32 -> i32"),
  "i32.extend16_s": row(0xc1, "i32 -> i32"),
  "i64.extend8_s": row(0xc2, "i64 -> i64"),
  "i64.extend16_s": row(0xc3, "i64 -> i64"),
  "i64.extend32_s": row(0xc4, "i64 -> i64"),
  "i32.trunc_sat_f32_s": row(0x100, "f32 -> i32"),
  "i32.trunc_sat_f32_u": row(0x101, "f32 -> i32"),
  "i32.trunc_sat_f64_s": row(0x102, "f64 -> i32"),
  "i32.trunc_sat_f64_u": row(0x103, "f64 -> i32"),
  "i64.trunc_sat_f32_s": row(0x104, "f32 -> i64"),
  "i64.trunc_sat_f32_u": row(0x105, "f32 -> i64"),
  "i64.trunc_sat_f64_s": row(0x106, "f64 -> i64"),
  "i64.trunc_sat_f64_u": row(0x107, "f64 -> i64"),

  // References.
  "ref.null": row(0xd0, "", "referenceType"),
  "ref.is_null": row(0xd1),
  "ref.func": row(0xd2, "", "function"),

  // Bulk memory and tables.
  "memory.init": row(0x108, "i32 i32 i32 ->", "dataAndMemory"),
  "data.drop": row(0x109, "->", "data"),
  "memory.copy": row(0x10a, "i32 i32 i32 ->", "memories"),
  "memory.fill": row(0x10b, "i32 i32 i32 ->", "memory"),
  "table.init": row(0x10c, "", "elementAndTable"),
  "elem.drop": row(0x10d, "->", "element"),
  "table.copy": row(0x10e, "", "tables"),
  "table.grow": row(0x10f, "", "table"),
  "table.size": row(0x110, "-> i32", "table"),
  "table.fill": row(0x111, "", "table"),
} as const satisfies Record<string, OpcodeRow>;

/** The name of one opcode. */
export type OpcodeName = keyof typeof opcodeRows;
