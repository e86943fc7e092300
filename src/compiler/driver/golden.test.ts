import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";
import { expect, it } from "vitest";
import { disassemble } from "../machine-x64/disassembler.fixture.ts";
import { SymbolTable } from "../object/symbols.ts";
import { UnitEnvironment } from "./environment.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { SignatureIds } from "./signature-ids.ts";
import { createUnit } from "./unit.ts";

const folder = new URL("cases/", import.meta.url);
const marker = "\n;; Machine code:\n";
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** The machine code of every function, as comments behind the text of the module. */
function machineCode(text: string): string {
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
    },
    app,
  );
  const lines = app.module.functions.flatMap((_, index) => {
    const symbol = symbols.intern(`app.f${index}`);
    const [body] = compileUnitFunction(environment, index, symbol, symbols);
    if (body === undefined) return [];
    const instructions = disassemble(body.bytes, 64).map(
      ({ offset, text: line }) => `;;   ${String(offset).padStart(3)}  ${line}`,
    );
    return [`;; ${body.displayName}`, ...instructions];
  });
  return `${lines.join("\n")}\n`;
}

it.each(readdirSync(folder))(
  "%s compiles to the code on record (npm run bless renews it)",
  (name) => {
    const file = new URL(name, folder);
    const [text = "", recorded] = readFileSync(file, "utf8").split(marker);
    const code = machineCode(text);
    if (process.env["TSUKI_BLESS"] === "1") writeFileSync(file, text + marker + code);
    else expect(code).toBe(recorded);
  },
);
