/** Node's stream/promises. */
import { promises } from "../stream-parts/pipeline.ts";

export const { finished, pipeline } = promises;
export { promises as default };
