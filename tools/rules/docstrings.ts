import { hasBorrowedNames } from "../source/borrowed-names.ts";
import { isTest, isTypeScript, type SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";

/**
 * Demands a docstring on every symbol that a TypeScript file under `src/` or `tools/` exports, but
 * for those whose meaning Node's documentation states.
 */
export function checkDocstrings(tree: SourceTree): Violation[] {
  return tree.paths
    .filter((path) => isTypeScript(path) && !isTest(path) && /^(src|tools)\//.test(path))
    .filter((path) => !hasBorrowedNames(path))
    .flatMap((path) =>
      tree
        .outline(path)
        .exports.filter(({ isDocumented }) => !isDocumented)
        .map(({ name, line }) => ({
          path,
          line,
          rule: "docstring",
          message: `${name} is exported without a /** docstring */: say in one sentence what it is`,
        })),
    );
}
