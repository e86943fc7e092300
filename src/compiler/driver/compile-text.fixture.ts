import binaryen from "binaryen";
import type { Chunk } from "../object/object.ts";
import { SymbolTable } from "../object/symbols.ts";
import { UnitEnvironment } from "./environment.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { SignatureIds } from "./signature-ids.ts";
import { createUnit } from "./unit.ts";

const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** A module in text form as binary, and the code of each of its functions as an app's for `linux`. */
export function compileText(
  text: string,
  hasDebugInfo = false,
): { readonly bytes: Uint8Array; readonly functions: readonly Chunk[] } {
  const bytes = new Uint8Array(binaryen.parseText(text).emitBinary());
  const app = createUnit("app", bytes);
  const symbols = new SymbolTable();
  const environment = new UnitEnvironment(
    {
      platform: "linux",
      kernel: createUnit("kernel", emptyModule),
      app,
      symbols,
      signatures: new SignatureIds(),
      maximumPages: 65_536,
      hasDefaults: false,
      bootsFromDisk: false,
      hasDebugInfo,
    },
    app,
  );
  const functions = app.module.functions.flatMap((_, index) => {
    const symbol = symbols.intern(`app.f${index}`);
    return compileUnitFunction(environment, index, symbol, symbols).slice(0, 1);
  });
  return { bytes, functions };
}
