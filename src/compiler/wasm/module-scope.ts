import { invalid } from "./errors.ts";
import type {
  ExternalKind,
  FunctionType,
  ReferenceType,
  WasmFunction,
  WasmGlobal,
  WasmMemory,
  WasmTable,
  WasmTag,
} from "./module.ts";
import { typeName } from "./types.ts";

/** Where what has indices is declared, by its kind. */
const lists = {
  function: "functions",
  table: "tables",
  memory: "memories",
  global: "globals",
  tag: "tags",
} as const;

/**
 * What a module has declared so far, while its sections are read in order: what later sections
 * refer to must be there (section 3.4). Every check throws a DecodeError.
 */
export class ModuleScope {
  types: FunctionType[] = [];
  readonly functions: WasmFunction[] = [];
  readonly tables: WasmTable[] = [];
  readonly memories: WasmMemory[] = [];
  readonly globals: WasmGlobal[] = [];
  readonly tags: WasmTag[] = [];
  readonly declaredFunctions = new Set<number>();
  private readonly exportNames = new Set<string>();

  /** Checks that something has an index, and counts a function as declared. */
  refer(kind: ExternalKind, index: number, offset: number): void {
    if (index >= this[lists[kind]].length) throw invalid(offset, `unknown ${kind} ${index}`);
    if (kind === "function") this.declaredFunctions.add(index);
  }

  /** Checks a type's index. */
  checkType(index: number, offset: number): void {
    if (index >= this.types.length) throw invalid(offset, `unknown type ${index}`);
  }

  /** Checks that no other export has a name. */
  checkExportName(name: string, offset: number): void {
    if (this.exportNames.has(name)) {
      throw invalid(offset, `duplicate export name ${JSON.stringify(name)}`);
    }
    this.exportNames.add(name);
  }

  /** Checks that the start function exists and neither takes nor gives anything. */
  checkStart(index: number, offset: number): void {
    const fn = this.functions[index];
    if (fn === undefined) throw invalid(offset, `unknown function ${index}`);
    const type = this.types[fn.typeIndex];
    if (type?.parameters.length !== 0 || type.results.length !== 0) {
      throw invalid(offset, "the start function must have neither parameters nor results");
    }
  }

  /** Checks that a table exists and holds references of a type. */
  checkTableOf(index: number, type: ReferenceType, offset: number): void {
    const table = this.tables[index];
    if (table === undefined) throw invalid(offset, `unknown table ${index}`);
    if (table.type === type) return;
    const kinds = `${typeName(table.type)}, the segment ${typeName(type)}`;
    throw invalid(offset, `type mismatch: table ${index} holds ${kinds}`);
  }
}
