import type { SsaFunction } from "../function.ts";

/**
 * One step of the pipeline, known by its name. Functions are valid before and after it. What it puts
 * in place of something comes from the same instruction of the source (`SsaFunction.currentOrigin`).
 */
export interface Pass {
  readonly name: string;
  run(fn: SsaFunction): void;
}
