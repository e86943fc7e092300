import { countLines } from "../source/lines.ts";
import { isAssemblyScript, type SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";

const functionLineLimit = 70;
const fileLineLimit = 600;

/**
 * Holds functions to 70 lines and files to 600. Pure data (`*.table.ts`) may be longer, and a test
 * suite's body is a group of tests rather than a function.
 */
export function checkSizes(tree: SourceTree): Violation[] {
  return tree.sources().flatMap((path) => [
    ...checkFile(path, tree.text(path)),
    ...tree
      .outline(path)
      .functions.filter(({ lineCount, isSuite }) => !isSuite && lineCount > functionLineLimit)
      .map(({ name, line, lineCount }) => ({
        path,
        line,
        rule: "function-size",
        message: `${name} has ${lineCount} lines, ${functionLineLimit} at most: split it by purpose`,
      })),
  ]);
}

function checkFile(path: string, text: string): Violation[] {
  const isTable = path.endsWith(isAssemblyScript(path) ? ".table.as.ts" : ".table.ts");
  const lineCount = countLines(text);
  if (isTable || lineCount <= fileLineLimit) return [];
  const message = `${lineCount} lines, ${fileLineLimit} at most: split it, one idea per file`;
  return [{ path, line: 0, rule: "file-size", message }];
}
