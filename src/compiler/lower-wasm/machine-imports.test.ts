import { describe, expect, it } from "vitest";
import { type MachineImportName, machineImports } from "../../contracts/machine-interface.ts";
import { SymbolTable } from "../object/symbols.ts";
import { Space } from "../ssa/operations.ts";
import { runPipeline } from "../ssa/pipeline.ts";
import { print } from "../ssa/print.ts";
import { verify } from "../ssa/verify.ts";
import { assemble } from "../wasm/assemble.fixture.ts";
import { decode } from "../wasm/decode.ts";
import type { LoweringEnvironment } from "./environment.ts";
import { lowerFunction } from "./lower-function.ts";

/** The body of a kernel function that calls one machine import with its own parameters. */
function bodyCalling(name: MachineImportName, start?: string): string {
  const { parameters, results } = machineImports[name];
  const type = `${parameters.join(" ")} -> ${results.join(" ")}`;
  const code = [...parameters.map((_, index) => `local.get ${index}`), "call 0"].join("\n");
  return bodyOf(code, type, name, start);
}

function bodyOf(code: string, type: string, imported: MachineImportName, start?: string): string {
  const { parameters, results } = machineImports[imported];
  const [module = "", name = ""] = imported.split(".");
  const importType = `${parameters.join(" ")} -> ${results.join(" ")}`;
  const bytes = assemble({
    imports: [{ module, name, type: importType }],
    functions: [{ type, code }],
    memory: [1, 1],
  });
  const symbols = new SymbolTable();
  const environment = kernelEnvironment(symbols, imported, start);
  const fn = lowerFunction(decode(bytes), 1, environment);
  verify(fn);
  runPipeline(fn, { isVerifying: true });
  const lines = print(fn, (symbol) => symbols.nameOf(symbol)).split("\n");
  return lines
    .slice(2, -2)
    .map((line) => line.trim())
    .join("\n");
}

function kernelEnvironment(
  symbols: SymbolTable,
  imported: MachineImportName,
  start: string | undefined,
): LoweringEnvironment {
  const unused = (): never => {
    throw new Error("not asked for in these tests");
  };
  return {
    memorySpace: Space.kernel,
    trackedLocals: () => new Set(),
    machineImport: (index) => (index === 0 ? imported : undefined),
    functionSymbol: (index) => symbols.intern(`function.${index}`),
    globalConstant: unused,
    globalAddress: unused,
    globalSymbol: unused,
    table: unused,
    dataSegment: unused,
    elementSegment: unused,
    signatureId: unused,
    symbol: (name) => symbols.intern(name),
    appStart: start === undefined ? undefined : symbols.intern(start),
    appInitialize: undefined,
    appMaximumPages: 17,
    checksMemory: false,
    appBaseSymbol: undefined,
    certainBytes: () => 0,
    maximumPages: () => 65_536,
  };
}

describe("calls of the machine interface", () => {
  it.each([
    ["app.load8", "v1 = i32 load.unsigned8.app v0\nreturn(v1)"],
    ["app.load64", "v1 = i64 load.whole64.app v0\nreturn(v1)"],
    ["app.store16", "store.unsigned16.app v0, v1\nreturn()"],
    ["app.size", "v0 = i32 loadSymbol.unsigned32 @app.pages\nreturn(v0)"],
    ["app.maximum", "v0 = i32 constant 17\nreturn(v0)"],
    ["app.initialize", "return()"],
    ["port.in8", "v1 = i32 intrinsic.port.in8(v0)\nreturn(v1)"],
    ["mmio.write64", "intrinsic.mmio.write64(v0, v1)\nreturn()"],
    ["cpu.timestamp", "v0 = i64 intrinsic.cpu.timestamp()\nreturn(v0)"],
  ] as const)("%s becomes what it means", (name, body) => {
    expect(bodyCalling(name)).toBe(body);
  });

  it("setSize keeps the size in bytes as well", () => {
    expect(bodyCalling("app.setSize")).toBe(
      [
        "v1 = i64 constant 16",
        "v2 = i64 extendUnsigned v0",
        "v3 = i64 shiftLeft v2, v1",
        "storeSymbol.unsigned32 v0 @app.pages",
        "storeSymbol.whole64 v3 @app.bytes",
        "return()",
      ].join("\n"),
    );
  });

  it("copies and fills go to virtual addresses", () => {
    expect(bodyCalling("app.copyIn")).toBe(
      [
        "v3 = i64 constant 68719476736",
        "v4 = i64 extendUnsigned v2",
        "v5 = i64 extendUnsigned v1",
        "v6 = i64 add v5, v3",
        "v7 = i64 extendUnsigned v0",
        "call @runtime.move(v7, v6, v4)",
        "return()",
      ].join("\n"),
    );
    expect(bodyCalling("app.copyOut")).toContain("call @runtime.move(v7, v5, v4)");
    expect(bodyCalling("app.fill")).toContain("call @runtime.fill(v6, v1, v4)");
  });

  it("app.start calls the app if it has a start", () => {
    expect(bodyCalling("app.start")).toBe("return()");
    expect(bodyCalling("app.start", "app._start")).toBe("call @app._start()\nreturn()");
  });

  it("are all lowered", () => {
    for (const name of Object.keys(machineImports) as MachineImportName[]) {
      expect(bodyCalling(name)).toContain("return");
    }
  });
});

describe("the kernel's own memory", () => {
  it("has no size and no bounds", () => {
    const copy = "local.get 0\nlocal.get 1\nlocal.get 2\nmemory.copy 0 0";
    expect(bodyOf(copy, "i32 i32 i32 ->", "cpu.pause")).toBe(
      [
        "v3 = i64 extendUnsigned v0",
        "v4 = i64 extendUnsigned v1",
        "v5 = i64 extendUnsigned v2",
        "call @runtime.move(v3, v4, v5)",
        "return()",
      ].join("\n"),
    );
    expect(bodyOf("memory.size", "-> i32", "cpu.pause")).toBe("trap.unreachable");
    expect(bodyOf("local.get 0\nmemory.grow", "i32 -> i32", "cpu.pause")).toBe("trap.unreachable");
  });
});
