/** What a module imports and exports, read by the compiler's own decoder and checked by its validator. */
import { validateFunctions } from "../../compiler/validate/validate.ts";
import { decode } from "../../compiler/wasm/decode.ts";
import type { ExternalKind, ImportName, Module } from "../../compiler/wasm/module.ts";

/** One import: where from, what it is called there, and what it is. */
export interface ModuleImport extends ImportName {
  readonly kind: ExternalKind;
}

/** One export. */
export interface ModuleExport {
  readonly name: string;
  readonly kind: ExternalKind;
}

/** The outside of a valid module. */
export interface ModuleOutline {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
}

/** Validates a module; throws a `DecodeError` that names the offset, or an `UnsupportedError`. */
export function outlineModule(bytes: Uint8Array): ModuleOutline {
  const module = decode(bytes);
  validateFunctions(module);
  return { imports: importsOf(module), exports: module.exports };
}

function importsOf({ functions, globals, memories, tables, tags }: Module): ModuleImport[] {
  const lists = {
    function: functions,
    table: tables,
    memory: memories,
    global: globals,
    tag: tags,
  };
  return (["function", "table", "memory", "global", "tag"] as const).flatMap((kind) =>
    lists[kind].flatMap(({ import: names }) => (names === undefined ? [] : [{ ...names, kind }])),
  );
}
