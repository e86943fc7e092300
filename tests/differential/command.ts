import binaryen from "binaryen";
import {
  argumentSetCount,
  type Callee,
  constantText,
  harnessImports,
  harnessText,
  type ObservedGlobal,
  stubText,
  type ValueType,
} from "./harness.ts";

/** A WASI command that calls one export of a module, by the number in its first argument. */
export interface TestCommand {
  readonly wasm: Uint8Array;
  /** Names of the runs: the export and the argument list. */
  readonly runs: readonly string[];
}

const features =
  binaryen.Features.MutableGlobals |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.SignExt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.Multivalue |
  binaryen.Features.SIMD128 |
  binaryen.Features.ReferenceTypes |
  binaryen.Features.TailCall |
  binaryen.Features.Atomics |
  binaryen.Features.ExtendedConst |
  binaryen.Features.MultiMemory |
  binaryen.Features.ExceptionHandling;

/** Wraps a module in the text format; its start function stays what it is. */
export function commandFromText(text: string): TestCommand {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(features);
    return wrap(module, true);
  } finally {
    module.dispose();
  }
}

/** Wraps a module of the fuzzer's, whose start function may log: the harness calls it. */
export function commandFromBinary(bytes: Uint8Array): TestCommand {
  const module = binaryen.readBinary(bytes);
  try {
    return wrap(module, false);
  } finally {
    module.dispose();
  }
}

function wrap(module: binaryen.Module, keepsStart: boolean): TestCommand {
  const callees = calleesOf(module);
  const wrapped = binaryen.parseText(wrappedText(module, callees, keepsStart));
  try {
    wrapped.setFeatures(features);
    const runs = callees.flatMap((callee) =>
      Array.from(
        { length: argumentSetCount(callee) },
        (_, set) => `${callee.exportName} with arguments ${set}`,
      ),
    );
    return { wasm: wrapped.emitBinary(), runs };
  } finally {
    wrapped.dispose();
  }
}

function wrappedText(
  module: binaryen.Module,
  callees: readonly Callee[],
  keepsStart: boolean,
): string {
  // References of the host are taken for references to functions: neither is ever looked into.
  const text = module
    .emitText()
    .replaceAll("externref", "funcref")
    .replaceAll("noextern", "nofunc")
    .replaceAll(/\bextern\b/g, "func");
  const start = keepsStart ? undefined : /^ \(start (\$\S+)\)/m.exec(text)?.[1];
  const taken = keepsStart ? /^ \(export "memory"/ : /^ \(export "memory"|^ \(start /;
  const lines = text.split("\n").filter((line) => !taken.test(line));
  const body = lines.slice(1, lines.lastIndexOf(")"));
  const rewritten = body.map(replaceImport).map(constantsFor(importedGlobals(body)));
  const memory = /^ \(memory (\$\S+)/m.exec(text)?.[1];
  const globals = observedGlobals(lines);
  return `(module ${harnessImports}
    ${rewritten.join("\n")}
    ${harnessText({ callees, globals, start, ownMemory: memory === undefined })}
    (export "memory" (memory ${memory ?? "$harness.memory"})))`;
}

function calleesOf(module: binaryen.Module): Callee[] {
  const exports = Array.from({ length: module.getNumExports() }, (_, index) =>
    binaryen.getExportInfo(module.getExportByIndex(index)),
  );
  const names = exports
    .filter(({ kind }) => kind === binaryen.ExternalFunction)
    .map(({ value, name }) => [value, name] as const);
  return [...new Map(names)].map(([name, exportName]) => {
    const info = binaryen.getFunctionInfo(module.getFunction(name));
    return {
      name: `$${name}`,
      exportName,
      parameters: binaryen.expandType(info.params).map(valueType),
      results: binaryen.expandType(info.results).map(valueType),
    };
  });
}

function valueType(type: binaryen.Type): ValueType {
  if (type === binaryen.i32) return "i32";
  if (type === binaryen.i64) return "i64";
  if (type === binaryen.f32) return "f32";
  if (type === binaryen.v128) return "v128";
  return type === binaryen.f64 ? "f64" : "funcref";
}

/** Definitions for what the fuzzer's modules import. */
function replaceImport(line: string, index: number): string {
  const match = /^ \(import "([^"]*)" "([^"]*)" \((\w+) (\$\S+) ?(.*)\)\)$/.exec(line);
  if (match === null) return line;
  const [, module, , kind, name = "", rest = ""] = match;
  if (module === "wasi_snapshot_preview1") return line;
  if (kind === "func") {
    const parameters = typesOf(/\(param ([^)]*)\)/.exec(rest)?.[1]);
    const results = typesOf(/\(result ([^)]*)\)/.exec(rest)?.[1]);
    return stubText(name, 65 + (index % 26), { parameters, results });
  }
  if (kind === "global") {
    const type = typesOf(rest.replace(/\(mut (.*)\)/, "$1"))[0] ?? "i32";
    return `(global ${name} ${rest} ${initialValue(type)})`;
  }
  return `(${kind} ${name} ${rest})`;
}

function initialValue(type: ValueType): string {
  return type === "funcref" ? "(ref.null nofunc)" : `(${constantText(type, 77)})`;
}

/** Initial values of the imported globals, by the text that reads them. */
function importedGlobals(lines: readonly string[]): ReadonlyMap<string, string> {
  const pattern = /^ \(import "[^"]*" "[^"]*" \(global (\$\S+) (?:\(mut )?(\w+)/;
  return new Map(
    lines.flatMap((line) => {
      const match = pattern.exec(line);
      if (match === null) return [];
      return [[`(global.get ${match[1]})`, initialValue(match[2] as ValueType)] as const];
    }),
  );
}

/** Puts constants where only constants or imported globals may stand. */
function constantsFor(globals: ReadonlyMap<string, string>): (line: string) => string {
  return (line) =>
    /^ ?\((global|data|elem|table) /.test(line)
      ? line.replaceAll(/\(global\.get \$[^ )]+\)/g, (text) => globals.get(text) ?? text)
      : line;
}

function typesOf(text: string | undefined): ValueType[] {
  return (text ?? "").split(" ").filter((word) => word !== "") as ValueType[];
}

function observedGlobals(lines: readonly string[]): ObservedGlobal[] {
  return lines.flatMap((line) => {
    const match = /^ \(global (\$\S+) \(mut (\w+)\)/.exec(line);
    return match === null ? [] : [{ name: match[1] ?? "", type: match[2] as ValueType }];
  });
}
