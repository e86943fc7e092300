import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { defaultCodeOptions } from "../../contracts/build.ts";
import { disassemble } from "../machine-x64/disassembler.fixture.ts";
import type { ProgramSettings } from "./environment.ts";
import { explainFunction, listFunctions } from "./explain.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { unlinkedApp, unlinkedSettings } from "./unlinked-app.ts";

const folder = new URL("cases/", import.meta.url);
const marker = "\n;; Machine code:\n";

function assembled(text: string): Uint8Array {
  return new Uint8Array(binaryen.parseText(text).emitBinary());
}

/** The machine code of every function, as comments behind the text of the module. */
function machineCode(bytes: Uint8Array, settings: ProgramSettings): string {
  const lines = listFunctions(bytes).flatMap(({ index, name }) => {
    const { code } = explainFunction(bytes, String(index), settings);
    return [
      `;; ${name}`,
      ...code.map(({ offset, text }) => `;;   ${String(offset).padStart(3)}  ${text}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** What comments such as `;; memory: checked` ask for. */
function settingsFor(text: string): ProgramSettings {
  const cpu = text.includes(";; cpu: v3\n") ? "v3" : "v2";
  const memory = text.includes(";; memory: checked\n") ? "checked" : "reserved";
  return { ...unlinkedSettings, code: { ...defaultCodeOptions, cpu, memory } };
}

describe.each(readdirSync(folder))("%s", (name) => {
  const file = new URL(name, folder);
  const [text = "", recorded] = readFileSync(file, "utf8").split(marker);
  const bytes = assembled(text);
  const settings = settingsFor(text);

  it("compiles to the code on record (npm run bless renews it)", () => {
    const code = machineCode(bytes, settings);
    if (process.env["TSUKI_BLESS"] === "1") writeFileSync(file, text + marker + code);
    else expect(code).toBe(recorded);
  });

  it("is listed as an outside disassembler reads it, but for addresses that the linker fills in", () => {
    const { environment, symbols } = unlinkedApp(bytes, settings);
    for (const { index } of listFunctions(bytes)) {
      const [body] = compileUnitFunction(environment, index, symbols.intern("test"), symbols);
      const read = disassemble(body.bytes, 64);
      const { code } = explainFunction(bytes, String(index), settings);
      expect(code.map(({ offset }) => offset)).toEqual(read.map(({ offset }) => offset));
      const isLinked = (at: number, end: number) =>
        [...body.relocations].some(({ offset }) => at <= offset && offset < end);
      read.forEach(({ lengthBytes, offset, text: expected }, position) => {
        if (isLinked(offset, offset + lengthBytes)) return;
        expect(code[position]?.text).toBe(expected);
      });
    }
  });
});
