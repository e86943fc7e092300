/** Node's fs/promises. */
import { promises } from "../fs.ts";

export const {
  access,
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
  writeFile,
} = promises;
export { promises as default };
