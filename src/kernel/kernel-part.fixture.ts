import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "../../tools/asc-compiler.js";
import { expandLiterals } from "./literals.ts";

const options = [
  "--runtime=stub",
  "--memoryBase=1048576",
  "--importMemory",
  "--zeroFilledMemory",
  "--noExportMemory",
  "--use=abort=",
  "-O1",
  "--debug",
  "--outFile=part.wasm",
];

/** Compiles files of the kernel to a module of their own, which exports what they export. */
export async function compileKernelPart(
  ...sources: readonly string[]
): Promise<Uint8Array<ArrayBuffer>> {
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await main([...sources, ...options], {
    readFile(name, folder) {
      const path = join(folder, name);
      return existsSync(path) ? expandLiterals(readFileSync(path, "utf8")) : null;
    },
    writeFile(_name, contents) {
      if (typeof contents !== "string") wasm = new Uint8Array(contents);
    },
  });
  if (error !== null || wasm === undefined) throw new Error(stderr.toString());
  return wasm;
}
