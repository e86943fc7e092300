/** The way to the compiler, which is loaded only when there is something to compile. */
import type { BuildRequest, ObjectCache } from "../contracts/build.ts";
import type { ToolchainName } from "../toolchains/toolchain.ts";

/** Makes the image of one app: in a frame from an earlier build, or else compiled and linked. */
export async function makeImage(request: BuildRequest, frames: ObjectCache): Promise<Uint8Array> {
  const { frameOf, keepFrame, relink } = await import("../image/relink.ts");
  const frame = frameOf(request);
  const relinked = frame === undefined ? undefined : relink(frame, frames);
  if (relinked !== undefined) return relinked;
  const { buildProgram } = await import("../image/build.ts");
  const image = await buildProgram(request);
  if (frame !== undefined) keepFrame(frame, image, frames);
  return image;
}

/** Begins to load what makes images, while something else is waited for. */
export function preloadCompiler(toolchain: ToolchainName): void {
  // A service's image is most often made in a frame. What goes wrong is told when it is asked for.
  const needed =
    toolchain === "javascript" ? import("../image/relink.ts") : import("../image/build.ts");
  needed.catch(() => undefined);
}
