/** The way to the compiler, which is loaded only when there is something to compile. */
import type { BuildProgram, BuildRequest } from "../contracts/build.ts";

/** Compiles and links one app with the kernel. */
export async function compileImage(request: BuildRequest): Promise<Uint8Array> {
  const driver = "../compiler/driver/index.ts";
  const { buildProgram } = (await import(driver)) as { buildProgram: BuildProgram };
  return await buildProgram(request);
}
