import { expect, it } from "vitest";
import { SourceTree } from "../source/tree.ts";
import { formatViolation } from "../source/violation.ts";
import { checkEnums } from "./enums.ts";

it("finds enums, exported, constant and local ones", () => {
  const text = "export enum A { x }\nconst enum B { x }\nfunction f() {\n  enum C { x }\n}\n";
  expect(checkEnums(SourceTree.of({ "src/a.ts": text })).map(formatViolation)).toEqual([
    'src/a.ts:1 enum: enum A: write an object with "as const" and a type of its values',
    'src/a.ts:2 enum: enum B: write an object with "as const" and a type of its values',
    'src/a.ts:4 enum: enum C: write an object with "as const" and a type of its values',
  ]);
});
