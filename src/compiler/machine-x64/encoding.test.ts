import { describe, expect, test } from "vitest";
import { Form, formNames, forms, operandKind } from "./encoding.ts";

describe("the encoding table", () => {
  test.each(formNames)("%s is named by its mnemonic and operand kinds", (name) => {
    const form = Form[name];
    const parts = [(forms.mnemonic[form] ?? "").replace(" ", "_")];
    for (let index = 0; index < (forms.operandCount[form] ?? 0); index++) {
      parts.push((operandKind(form, index)?.name ?? "?").replace(/^simm/, "imm"));
    }
    expect(name).toBe(parts.join("_"));
  });
});
