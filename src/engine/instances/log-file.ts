/** Logs of instances: lines as the supervisor writes them (src/host/supervise/log.as.ts). */
import { closeSync, fstatSync, openSync, readSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { supervisorFiles } from "../../contracts/supervisor.ts";
import { attempt } from "../attempt.ts";

const oldestFile = 9;
const chunkBytes = 1 << 20;
const lineForm = /^(\S{30}) (stdout|stderr) ([FP]) (.*)$/s;

/** One record of a log. */
export interface LogLine {
  /** RFC 3339, with nanoseconds. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  /** Whether the line ends here; it goes on in the stream's next record otherwise. */
  readonly isWhole: boolean;
  readonly text: string;
}

/** Reads a record; undefined for what is none, such as half of one after a power cut. */
export function parseLogLine(line: string): LogLine | undefined {
  const [, time = "", stream, tag, text = ""] = lineForm.exec(line) ?? [];
  if (stream !== "stdout" && stream !== "stderr") return undefined;
  return { time, stream, isWhole: tag === "F", text };
}

/** Every record of an instance's log, the oldest first. */
export function* readLog(folder: string): Generator<LogLine> {
  for (let number = oldestFile; number >= 0; number--) {
    const reader = new LogReader(logPath(folder, number));
    yield* reader.read();
    reader.close();
  }
}

/**
 * The records that come from now on and, before them, those that there are; ends when `isOver` says so
 * and all has been read. `onChange` is called with what to do when something may have happened.
 */
export async function* followLog(folder: string, ended: Promise<unknown>): AsyncGenerator<LogLine> {
  const state = { isOver: false, wake: (): void => undefined };
  const watcher = watch(folder, () => state.wake());
  void ended.finally(() => {
    state.isOver = true;
    state.wake();
  });
  try {
    for (let number = oldestFile; number > 0; number--) {
      yield* new LogReader(logPath(folder, number)).read();
    }
    let reader = new LogReader(logPath(folder, 0));
    for (;;) {
      const { isOver } = state;
      const change = new Promise<void>((settle) => {
        state.wake = settle;
      });
      yield* reader.read();
      if (reader.isReplaced()) {
        yield* reader.read();
        reader.close();
        reader = new LogReader(logPath(folder, 0));
      } else if (isOver) {
        return;
      } else {
        await change;
      }
    }
  } finally {
    watcher.close();
  }
}

function logPath(folder: string, number: number): string {
  return join(folder, number === 0 ? supervisorFiles.log : `${supervisorFiles.log}.${number}`);
}

/** Reads the whole lines of a file that grows. */
class LogReader {
  readonly #path: string;
  readonly #descriptor: number | undefined;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = attempt(() => openSync(path, "r"));
  }

  /** The records that were not read before. */
  *read(): Generator<LogLine> {
    if (this.#descriptor === undefined) return;
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const count = readSync(this.#descriptor, chunk);
      if (count === 0) return;
      const bytes = Buffer.concat([this.#rest, chunk.subarray(0, count)]);
      const end = bytes.lastIndexOf(10) + 1;
      this.#rest = bytes.subarray(end);
      for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) {
        const record = parseLogLine(line);
        if (record !== undefined) yield record;
      }
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
