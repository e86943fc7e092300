/** Logs of instances: lines as the supervisor writes them (src/host/supervise/log.as.ts). */
import { watch } from "node:fs";
import { join } from "node:path";
import { supervisorFiles } from "../../contracts/supervisor.ts";
import { followFile, GrowingFile } from "./growing-file.ts";

const oldestFile = 9;
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
  yield* readOlder(folder, 0);
}

/**
 * The records that there are and those that come, until `ended` is settled and all has been read.
 */
export async function* followLog(folder: string, ended: Promise<unknown>): AsyncGenerator<LogLine> {
  yield* readOlder(folder, 1);
  const watchFolder = (wake: () => void) => {
    const watcher = watch(folder, wake);
    return () => watcher.close();
  };
  for await (const line of followFile(logPath(folder, 0), watchFolder, ended)) {
    const record = parseLogLine(line);
    if (record !== undefined) yield record;
  }
}

/** The records of all files down to the one with this number. */
function* readOlder(folder: string, newest: number): Generator<LogLine> {
  for (let number = oldestFile; number >= newest; number--) {
    const file = new GrowingFile(logPath(folder, number));
    for (const line of file.read()) {
      const record = parseLogLine(line);
      if (record !== undefined) yield record;
    }
    file.close();
  }
}

function logPath(folder: string, number: number): string {
  return join(folder, number === 0 ? supervisorFiles.log : `${supervisorFiles.log}.${number}`);
}
