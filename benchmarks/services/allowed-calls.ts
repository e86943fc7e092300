/** The system calls that an image's seal allows, by linking it as the product does. */
import { compileProgram } from "../../src/compiler/driver/compile.ts";
import { runtimeChunks } from "../../src/compiler/machine-x64/runtime.ts";
import { encodeImageDefaults, noDefaults } from "../../src/contracts/image-defaults.ts";
import { readShippedObject } from "../../src/engine/package-files.ts";
import { linuxEntryChunks, linuxEntrySymbol } from "../../src/image/linux/entry.ts";
import { readOnlyChunk } from "../../src/image/program-map.ts";

/** Numbers of the calls of an app with the kernel, ascending. */
export async function allowedCalls(
  kernel: Uint8Array,
  app: Uint8Array,
): Promise<readonly number[]> {
  const record = encodeImageDefaults(noDefaults);
  const { systemCalls } = await compileProgram({
    platform: "linux",
    kernel,
    app,
    objects: { read: readShippedObject, write: () => undefined },
    supplied: (symbols) => [
      ...linuxEntryChunks(symbols, "v2"),
      ...runtimeChunks(symbols),
      readOnlyChunk(symbols, "config.defaults", record, 4),
    ],
    roots: [linuxEntrySymbol],
  });
  return systemCalls;
}
