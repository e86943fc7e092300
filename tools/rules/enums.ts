import type { SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";

/** Bans enums in TypeScript: they are neither plain values nor plain types. */
export function checkEnums(tree: SourceTree): Violation[] {
  return tree.sources().flatMap((path) =>
    tree.outline(path).enums.map(({ name, line }) => ({
      path,
      line,
      rule: "enum",
      message: `enum ${name}: write an object with "as const" and a type of its values`,
    })),
  );
}
