/** Names that programs for Node use without importing them; the bundler puts in what is used. */
export { Buffer } from "./buffer.ts";
export { process } from "./process.ts";
