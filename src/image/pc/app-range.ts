import { alignUp, pageBytes } from "../layout/image-layout.ts";

/** What is touched first behind contents that stand alone: AssemblyScript's stack, the first heap. */
const stackAndHeapBytes = 64 * 1024;

/** And behind contents with the stack in front, as in C: variables that begin as zero, the heap. */
const heapBytes = 16 * 1024;

/**
 * The part of the app's initial memory that comes with an image: its contents, and the zeroes
 * around them that a program touches first, which cost no byte of the file. The page in front is
 * the top of the stack of C programs; whatever else is touched comes by page faults.
 */
export function pcAppRange(
  appImage: { readonly offset: number; readonly memorySize: number },
  initialBytes: number,
): { readonly offset: number; readonly memorySize: number } {
  const offset = Math.max(0, appImage.offset - pageBytes);
  const behindBytes = offset > 0 ? heapBytes : stackAndHeapBytes;
  const end = Math.min(initialBytes, alignUp(appImage.offset + appImage.memorySize + behindBytes));
  return { offset, memorySize: Math.max(end - offset, 0) };
}
