/** Node's fs/promises. */
import { promises } from "../fs.ts";

export const { access, appendFile, mkdir, readdir, readFile, rm, rmdir, stat, unlink, writeFile } =
  promises;
export { promises as default };
