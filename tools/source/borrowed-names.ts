/** Where files and exports bear the names that Node's documentation gives and explains. */
const nodeInterfaces = "src/toolchains/javascript/library/node/";

/** Whether a file's name, and the names of what it exports, are somebody else's choice. */
export function hasBorrowedNames(path: string): boolean {
  return path.startsWith(nodeInterfaces);
}
