import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { errorCodes } from "./errors.ts";

const root = join(import.meta.dirname, "..", "..");
const documented = [...readFileSync(join(root, "docs/errors.md"), "utf8").matchAll(/^## (\S+)$/gm)]
  .map(([, code = ""]) => code)
  .sort();

describe("error codes", () => {
  test("each has one entry in docs/errors.md, and each entry is a code", () => {
    expect(documented).toEqual([...Object.keys(errorCodes), "internal"].sort());
  });

  test("each is used somewhere in the sources", () => {
    const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.includes("contracts/errors"))
      .map((name) => readFileSync(join(root, "src", name), "utf8"))
      .join("\n");
    const unused = Object.keys(errorCodes).filter((code) => !sources.includes(`"${code}"`));
    expect(unused).toEqual([]);
  });
});
