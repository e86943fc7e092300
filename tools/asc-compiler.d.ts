/** Where asc reads sources and writes results; paths are as given on its command line. */
export interface CompilerFiles {
  /** A source's text, null when there is no such file. */
  readFile(name: string, folder: string): string | null;
  writeFile(name: string, contents: string | Uint8Array, folder: string): void;
}

/** Compiles as the command `asc` does; `error` is null when all is well. */
export function main(
  parameters: readonly string[],
  files: CompilerFiles,
): Promise<{ error: Error | null; stderr: { toString(): string } }>;
