import binaryen from "binaryen";
import type { Chunk } from "../object/object.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { unlinkedApp, unlinkedSettings } from "./unlinked-app.ts";

/** A module in text form as binary, and the code of each of its functions as an app's for `linux`. */
export function compileText(
  text: string,
  hasDebugInfo = false,
): { readonly bytes: Uint8Array; readonly functions: readonly Chunk[] } {
  const bytes = new Uint8Array(binaryen.parseText(text).emitBinary());
  const { environment, symbols } = unlinkedApp(bytes, { ...unlinkedSettings, hasDebugInfo });
  const functions = environment.unit.module.functions.flatMap((_, index) => {
    const symbol = symbols.intern(`app.f${index}`);
    return compileUnitFunction(environment, index, symbol, symbols).slice(0, 1);
  });
  return { bytes, functions };
}
