/** Node's path/posix. */
export * from "../path.ts";
export { posix as default } from "../path.ts";
