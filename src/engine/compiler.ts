/** The way to the compiler, which is loaded only when there is something to compile. */
import type { BuildRequest } from "../contracts/build.ts";

/** Compiles and links one app with the kernel. */
export async function compileImage(request: BuildRequest): Promise<Uint8Array> {
  const { buildProgram } = await import("../image/build.ts");
  return await buildProgram(request);
}

/** Begins to load the compiler, while something else is waited for. */
export function preloadCompiler(): void {
  // What goes wrong is told when the compiler is asked for.
  import("../image/build.ts").catch(() => undefined);
}
