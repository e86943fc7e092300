import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { disassemble } from "../machine-x64/disassembler.fixture.ts";
import { compileText } from "./compile-text.fixture.ts";

const folder = new URL("cases/", import.meta.url);
const marker = "\n;; Machine code:\n";

/** The machine code of every function, as comments behind the text of the module. */
function machineCode(text: string): string {
  const lines = compileText(text).functions.flatMap((body) => {
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
