/** Value types by their byte in the binary format (WebAssembly 2.0, section 5.3.1 ff.). */
export const WasmType = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
  exnref: 0x69,
} as const;

/** One of the bytes of `WasmType`. */
export type WasmTypeId = (typeof WasmType)[keyof typeof WasmType];

/** A function's type. */
export interface FunctionType {
  readonly parameters: readonly WasmTypeId[];
  readonly results: readonly WasmTypeId[];
}

/** A size and how far it may grow: pages of 64 KiB or table entries. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number | undefined;
}

/** What modules import and export. */
export type ExternalKind = "function" | "table" | "memory" | "global" | "tag";

/** The two names of an import. */
export interface ImportName {
  readonly module: string;
  readonly name: string;
}

/** A range of the module's bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A function, imported or with a body. */
export interface WasmFunction {
  readonly typeIndex: number;
  readonly import: ImportName | undefined;
  /** Where its locals and instructions stand. */
  readonly body: ByteRange | undefined;
}

/** The types of references. */
export type ReferenceType =
  | typeof WasmType.funcref
  | typeof WasmType.externref
  | typeof WasmType.exnref;

/** A table of references. */
export interface WasmTable extends Limits {
  readonly type: ReferenceType;
  readonly import: ImportName | undefined;
}

/** A linear memory. */
export interface WasmMemory extends Limits {
  /** Whether it is declared to be shared between threads, of which an instance has one. */
  readonly isShared: boolean;
  readonly import: ImportName | undefined;
}

/**
 * The value of a constant expression, worked out as far as the module alone tells: `global` is an
 * imported one. Floats stand as their bits.
 */
export type ConstantExpression =
  | {
      readonly kind: "constant";
      readonly type: WasmTypeId;
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: "vector"; readonly bytes: Uint8Array }
  | { readonly kind: "global"; readonly index: number }
  | { readonly kind: "function"; readonly index: number }
  | { readonly kind: "null"; readonly type: ReferenceType };

/** A global variable. */
export interface WasmGlobal {
  readonly type: WasmTypeId;
  readonly isMutable: boolean;
  readonly import: ImportName | undefined;
  readonly initial: ConstantExpression | undefined;
}

/** What exceptions are told apart by; the parameters of its type are what they carry. */
export interface WasmTag {
  readonly typeIndex: number;
  readonly import: ImportName | undefined;
}

/** One export. */
export interface WasmExport {
  readonly name: string;
  readonly kind: ExternalKind;
  readonly index: number;
}

/** Where an active segment is copied at the start. */
export interface SegmentTarget {
  /** Index of the table or memory. */
  readonly index: number;
  readonly offset: ConstantExpression;
}

/** An element segment; declarative ones only announce functions to `ref.func`. */
export interface ElementSegment {
  readonly mode: "active" | "passive" | "declarative";
  /** Of active segments. */
  readonly target: SegmentTarget | undefined;
  readonly type: ReferenceType;
  readonly items: readonly ConstantExpression[];
}

/** A data segment. */
export interface DataSegment {
  readonly mode: "active" | "passive";
  /** Of active segments. */
  readonly target: SegmentTarget | undefined;
  readonly contents: ByteRange;
}

/** A decoded module. What is imported comes first in each list. */
export interface Module {
  readonly bytes: Uint8Array;
  readonly types: readonly FunctionType[];
  readonly functions: readonly WasmFunction[];
  readonly tables: readonly WasmTable[];
  readonly memories: readonly WasmMemory[];
  readonly tags: readonly WasmTag[];
  readonly globals: readonly WasmGlobal[];
  readonly exports: readonly WasmExport[];
  /** Index of the start function. */
  readonly start: number | undefined;
  readonly elements: readonly ElementSegment[];
  readonly dataCount: number | undefined;
  readonly data: readonly DataSegment[];
  /** Functions that something outside of the code refers to, as `ref.func` demands. */
  readonly declaredFunctions: ReadonlySet<number>;
  /** Contents of the custom sections by name, the last one of each. */
  readonly customSections: ReadonlyMap<string, ByteRange>;
}

/** The type of a function; throws a RangeError for an index out of range. */
export function functionTypeOf(module: Module, functionIndex: number): FunctionType {
  const type = module.types[module.functions[functionIndex]?.typeIndex ?? -1];
  if (type === undefined) throw new RangeError(`no function ${functionIndex}`);
  return type;
}

/** The types of what exceptions of a tag carry; throws a RangeError for an index out of range. */
export function tagTypesOf(module: Module, tagIndex: number): readonly WasmTypeId[] {
  const type = module.types[module.tags[tagIndex]?.typeIndex ?? -1];
  if (type === undefined) throw new RangeError(`no tag ${tagIndex}`);
  return type.parameters;
}
