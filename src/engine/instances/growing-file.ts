/** Text files that others append whole lines to. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { attempt } from "../attempt.ts";

const chunkBytes = 1 << 20;

/** Reads the whole lines of such a file, each once; one that is not there has none. */
export class GrowingFile {
  readonly #path: string;
  readonly #descriptor: number | undefined;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = attempt(() => openSync(path, "r"));
  }

  /** The lines that were not read before, without their ends. */
  *read(): Generator<string> {
    if (this.#descriptor === undefined) return;
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const count = readSync(this.#descriptor, chunk);
      if (count === 0) return;
      const bytes = Buffer.concat([this.#rest, chunk.subarray(0, count)]);
      const end = bytes.lastIndexOf(10) + 1;
      this.#rest = bytes.subarray(end);
      if (end > 0) yield* bytes.toString("utf8", 0, end - 1).split("\n");
    }
  }

  /** Whether the file's name means another file by now. */
  isReplaced(): boolean {
    const current = statSync(this.#path, { throwIfNoEntry: false })?.ino;
    const mine = this.#descriptor === undefined ? undefined : fstatSync(this.#descriptor).ino;
    return current !== undefined && current !== mine;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

/**
 * The lines that there are and those that come, over replacements of the file, until `ended` is settled and
 * all has been read; `watch` calls its argument when something may have happened, and returns its end.
 */
export async function* followFile(
  path: string,
  watch: (wake: () => void) => () => void,
  ended: Promise<unknown>,
): AsyncGenerator<string> {
  const state = { isOver: false, wake: (): void => undefined };
  const stopWatching = watch(() => state.wake());
  void ended.finally(() => {
    state.isOver = true;
    state.wake();
  });
  try {
    let file = new GrowingFile(path);
    for (;;) {
      const { isOver } = state;
      const change = new Promise<void>((settle) => {
        state.wake = settle;
      });
      yield* file.read();
      if (file.isReplaced()) {
        yield* file.read();
        file.close();
        file = new GrowingFile(path);
      } else if (isOver) {
        return;
      } else {
        await change;
      }
    }
  } finally {
    stopWatching();
  }
}
