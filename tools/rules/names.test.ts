import { expect, it } from "vitest";
import { SourceTree } from "../source/tree.ts";
import { formatViolation } from "../source/violation.ts";
import { checkNames } from "./names.ts";

it.each(["src/utils/a.ts", "src/a/helpers.ts", "src/common.test.ts", "src/misc/a.as.ts"])(
  "refuses the grab bag %s",
  (path) => {
    expect(checkNames(SourceTree.of({ [path]: "" })).map(formatViolation)).toEqual([
      expect.stringMatching(/ grab-bag: "[a-z]+.*" names no idea: call it by what it holds$/),
    ]);
  },
);

it.each(["src/fooBar.ts", "src/Foo.ts", "src/foo_bar.as.ts"])("refuses the spelling %s", (path) => {
  expect(checkNames(SourceTree.of({ [path]: "" })).map(({ rule }) => rule)).toEqual(["file-name"]);
});

it("accepts kebab-case with any number of suffixes", () => {
  const paths = ["src/machine-x64/encodings.table.ts", "src/kernel/a.test.as.ts", "tools/x2.ts"];
  expect(checkNames(SourceTree.of(Object.fromEntries(paths.map((path) => [path, ""]))))).toEqual(
    [],
  );
});

it("leaves Node's modules the names that Node gave them", () => {
  const path = "src/toolchains/javascript/library/node/string_decoder.ts";
  expect(checkNames(SourceTree.of({ [path]: "" }))).toEqual([]);
});
