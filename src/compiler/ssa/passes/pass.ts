import type { SsaFunction } from "../function.ts";

/** One step of the pipeline, known by its name. Functions are valid before and after it. */
export interface Pass {
  readonly name: string;
  run(fn: SsaFunction): void;
}
