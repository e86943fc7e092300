/** A folder that only this user can enter and that does not outlive its purpose. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temporary folder with mode 0700, removed at the latest when this process exits. */
export class PrivateFolder {
  readonly #path = mkdtempSync(join(tmpdir(), "tsuki-"));
  readonly #onExit = () => this.remove();

  constructor() {
    process.once("exit", this.#onExit);
  }

  /** Writes a file that only this user can read; returns its path. */
  write(name: string, bytes: Uint8Array): string {
    const path = join(this.#path, name);
    writeFileSync(path, bytes, { mode: 0o600, flag: "wx" });
    return path;
  }

  /** Removes the folder with all that is in it. */
  remove(): void {
    process.removeListener("exit", this.#onExit);
    rmSync(this.#path, { recursive: true, force: true });
  }
}
