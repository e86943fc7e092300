import { resolveImport } from "../source/resolve.ts";
import { isAssemblyScript, isTest, type SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";

const folders = ["src/kernel/", "src/host/"];
const entries = ["src/kernel/index.as.ts", "src/host/index.as.ts"];
const columnLimit = 100;

/**
 * The checks that compilers, linters and formatters of ordinary TypeScript make elsewhere, for the
 * AssemblyScript of the kernel and of `tsuki-host`: docstrings, no `new`, no managed classes,
 * nothing unused, tidy layout.
 */
export function checkKernel(tree: SourceTree): Violation[] {
  const paths = tree.paths.filter(
    (path) => isAssemblyScript(path) && folders.some((folder) => path.startsWith(folder)),
  );
  return [
    ...paths.flatMap((path) => checkLanguage(tree, path)),
    ...paths.flatMap((path) => checkLayout(path, tree.text(path))),
    ...findUnusedExports(tree, paths),
  ];
}

function checkLanguage(tree: SourceTree, path: string): Violation[] {
  const outline = tree.assemblyScript(path);
  const found: Violation[] = [];
  const add = (rule: string, line: number, message: string): void => {
    found.push({ path, line, rule, message });
  };
  for (const { line, message } of outline.errors) add("kernel-syntax", line, message);
  for (const { line, name } of outline.unused) {
    add("kernel-unused", line, `${name} is never used in this file: remove it`);
  }
  if (isTest(path)) return found;
  for (const { name, line, isDocumented } of outline.exports) {
    if (!isDocumented) add("kernel-docstring", line, `${name} is exported without a docstring`);
  }
  for (const { name, line } of outline.allocations) {
    const message = `new ${name} allocates: use memory.data or the page allocator`;
    add("kernel-allocation", line, message);
  }
  for (const { name, line } of outline.managedClasses) {
    add("kernel-managed", line, `class ${name} must be @unmanaged: the kernel has no collector`);
  }
  return found;
}

/** Layout that can be told line by line; Biome's formatter cannot read decorated functions. */
function checkLayout(path: string, text: string): Violation[] {
  const found: Violation[] = [];
  const add = (line: number, message: string): void => {
    found.push({ path, line, rule: "kernel-layout", message });
  };
  const lines = text.split("\n");
  if (lines.pop() !== "") add(lines.length + 1, "the last line must end with a line feed");
  lines.forEach((line, index) => {
    if (line.includes("\t")) add(index + 1, "tab: indent with two spaces");
    if (line.includes("\r")) add(index + 1, "carriage return: end lines with a line feed alone");
    if (/[ \t]$/.test(line)) add(index + 1, "trailing space");
    if (line.length > columnLimit) {
      add(index + 1, `${line.length} columns, ${columnLimit} at most`);
    }
    if (line === "" && lines[index - 1] === "") add(index + 1, "two blank lines in a row");
  });
  return found;
}

function findUnusedExports(tree: SourceTree, paths: readonly string[]): Violation[] {
  const used = new Set<string>();
  const wholly = new Set<string>();
  for (const path of tree.paths.filter(isAssemblyScript)) {
    for (const { specifier, names } of tree.outline(path).imports) {
      const target = resolveImport(tree, path, specifier);
      if (target === undefined) continue;
      for (const { foreign } of names) {
        if (foreign === "*") wholly.add(target);
        else used.add(`${target} ${foreign}`);
      }
    }
  }
  return paths
    .filter((path) => !isRoot(path) && !wholly.has(path))
    .flatMap((path) =>
      tree
        .outline(path)
        .exports.filter(({ name }) => !used.has(`${path} ${name}`))
        .map(({ name, line }) => {
          const message = `${name} is exported but no AssemblyScript file imports it`;
          return { path, line, rule: "kernel-dead-export", message };
        }),
    );
}

/** Whether a file's exports may be unused: the entries, tests, and tables of a standard's values. */
function isRoot(path: string): boolean {
  return entries.includes(path) || isTest(path) || path.endsWith(".table.as.ts");
}
