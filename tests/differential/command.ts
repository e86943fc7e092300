import binaryen from "binaryen";
import {
  argumentSetCount,
  type Callee,
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
  binaryen.Features.ReferenceTypes;

/** Wraps a module in the text format. */
export function commandFromText(text: string): TestCommand {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(features);
    return wrap(module);
  } finally {
    module.dispose();
  }
}

/** Wraps a module in the binary format. */
export function commandFromBinary(bytes: Uint8Array): TestCommand {
  const module = binaryen.readBinary(bytes);
  try {
    return wrap(module);
  } finally {
    module.dispose();
  }
}

function wrap(module: binaryen.Module): TestCommand {
  const callees = calleesOf(module);
  // References of the host are taken for references to functions: neither is ever looked into.
  const text = module
    .emitText()
    .replaceAll("externref", "funcref")
    .replaceAll("noextern", "nofunc")
    .replaceAll(/\bextern\b/g, "func");
  const lines = text.split("\n").filter((line) => !/^ \((export|start) /.test(line));
  const start = /^ \(start (\$\S+)\)/m.exec(text)?.[1];
  const body = lines.slice(1, lines.lastIndexOf(")"));
  const rewritten = body.map(replaceImport).map(constantsFor(importedGlobals(body)));
  const hasMemory = lines.some((line) => line.startsWith(" (memory "));
  const harness = harnessText({
    callees,
    globals: observedGlobals(lines),
    start,
    ownMemory: !hasMemory,
  });
  const memory = /^ \(memory (\$\S+)/m.exec(text)?.[1] ?? "$harness.memory";
  const whole = `(module ${harnessImports}\n${rewritten.join("\n")}\n${harness}\n(export "memory" (memory ${memory})))`;
  const wrapped = binaryen.parseText(whole);
  try {
    wrapped.setFeatures(features);
    const runs = callees.flatMap((callee) =>
      Array.from(
        { length: argumentSetCount(callee) },
        (_, set) => `${callee.name} with arguments ${set}`,
      ),
    );
    return { wasm: wrapped.emitBinary(), runs };
  } finally {
    wrapped.dispose();
  }
}

function calleesOf(module: binaryen.Module): Callee[] {
  const exports = Array.from({ length: module.getNumExports() }, (_, index) =>
    binaryen.getExportInfo(module.getExportByIndex(index)),
  );
  const names = exports
    .filter(({ kind }) => kind === binaryen.ExternalFunction)
    .map(({ value }) => value);
  return [...new Set(names)].map((name) => {
    const info = binaryen.getFunctionInfo(module.getFunction(name));
    return {
      name: `$${name}`,
      parameters: binaryen.expandType(info.params).map(valueType),
      results: binaryen.expandType(info.results).map(valueType),
    };
  });
}

function valueType(type: binaryen.Type): ValueType {
  if (type === binaryen.i32) return "i32";
  if (type === binaryen.i64) return "i64";
  if (type === binaryen.f32) return "f32";
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
  return type === "funcref" ? "(ref.null nofunc)" : `(${type}.const 77)`;
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
