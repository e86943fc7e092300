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
  | "tag"
  | "reserved" // a byte of 0
  | "tryTable" // type and catches
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  | "v128"
  | "lane"
  | "accessAndLane"
  | "lanes"; // of shuffle

/**
 * One opcode: its byte (behind 0xfc: 0x100 + number, behind 0xfd: 0x200 + number, and from 0x100 on 0x300 + number,
 * behind 0xfe: 0x300 + number), its immediates and its signature.
 */
export interface OpcodeRow {
  readonly code: number;
  readonly immediate: ImmediateKind;
  /** "parameters -> results"; empty where they depend on more than the opcode. */
  readonly signature: string;
}

/** The row of one opcode. */
export function row(code: number, signature = "", immediate: ImmediateKind = "none"): OpcodeRow {
  return { code, immediate, signature };
}
