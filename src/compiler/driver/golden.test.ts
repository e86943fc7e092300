import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type CodeOptions, defaultCodeOptions } from "../../contracts/build.ts";
import { disassemble } from "../machine-x64/disassembler.fixture.ts";
import { compileText } from "./compile-text.fixture.ts";

const folder = new URL("cases/", import.meta.url);
const marker = "\n;; Machine code:\n";

/** The machine code of every function, as comments behind the text of the module. */
function machineCode(text: string): string {
  const lines = compileText(text, false, codeOptions(text)).functions.flatMap((body) => {
    const instructions = disassemble(body.bytes, 64).map(
      ({ offset, text: line }) => `;;   ${String(offset).padStart(3)}  ${line}`,
    );
    return [`;; ${body.displayName}`, ...instructions];
  });
  return `${lines.join("\n")}\n`;
}

/** What comments such as `;; memory: checked` ask for. */
function codeOptions(text: string): CodeOptions {
  const isChecked = text.includes(";; memory: checked\n");
  return { ...defaultCodeOptions, memory: isChecked ? "checked" : "reserved" };
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
