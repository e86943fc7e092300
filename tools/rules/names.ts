import { hasBorrowedNames } from "../source/borrowed-names.ts";
import type { SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";

const grabBags = new Set(["utils", "util", "helpers", "helper", "common", "misc", "shared"]);

/** Bans folders and files that are named after nothing, and names that are not kebab-case. */
export function checkNames(tree: SourceTree): Violation[] {
  return tree.sources().flatMap((path) => {
    const violations: Violation[] = [];
    if (hasBorrowedNames(path)) return violations;
    for (const segment of path.split("/")) {
      const stem = segment.replace(/\..*$/, "");
      if (grabBags.has(stem)) {
        const message = `"${stem}" names no idea: call it by what it holds`;
        violations.push({ path, line: 0, rule: "grab-bag", message });
      } else if (!/^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(segment)) {
        const message = `"${segment}" is not kebab-case`;
        violations.push({ path, line: 0, rule: "file-name", message });
      }
    }
    return violations;
  });
}
