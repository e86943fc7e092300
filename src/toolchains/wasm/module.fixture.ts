/** Small WebAssembly modules, byte by byte, for tests. */

function section(id: number, ...content: number[]): number[] {
  return [id, content.length, ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/** One imported function without parameters and results. */
export type ImportedName = readonly [module: string, name: string];

/**
 * A module with the imports given, one function that returns at once under each of the names in
 * `exports`, and one page of memory, exported as `memory` if `exports` has it.
 */
export function moduleWith(
  imports: readonly ImportedName[],
  exports: readonly string[],
): Uint8Array {
  const own = imports.length;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, 1, 0x60, 0, 0),
    ...section(
      2,
      imports.length,
      ...imports.flatMap(([module, field]) => [...name(module), ...name(field), 0, 0]),
    ),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(
      7,
      exports.length,
      ...exports.flatMap((text) => [...name(text), ...(text === "memory" ? [2, 0] : [0, own])]),
    ),
    ...section(10, 1, 2, 0, 0x0b),
  ]);
}

/** The smallest app. */
export const emptyCommand = moduleWith([], ["_start", "memory"]);
