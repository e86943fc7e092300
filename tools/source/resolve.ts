import { posix } from "node:path";
import type { SourceTree } from "./tree.ts";

/** The file of the tree that a relative import means; undefined when there is none. */
export function resolveImport(
  tree: SourceTree,
  importer: string,
  specifier: string,
): string | undefined {
  const plain = specifier.replace(/\?.*$/, "");
  const base = posix.join(posix.dirname(importer), plain);
  // asc's specifiers leave out the final extension: "./pages.as" is the file pages.as.ts.
  return [base, `${base}.ts`, `${base}.as.ts`, `${base}/index.as.ts`].find((path) =>
    tree.has(path),
  );
}

/** Whether a specifier names a file rather than a package. */
export function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

/** The package of a bare specifier: `a` of `a/b`, `@a/b` of `@a/b/c`, `node:fs` of `node:fs/x`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
