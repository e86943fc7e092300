/** Errors as the command line shows them: one line, and a status that scripts can tell apart. */
import { type ErrorCode, errorCodes, TsukiError } from "../../contracts/errors.ts";

/**
 * Exit statuses of failures by whose turn it is. For `run` they are those of `docker run`, beyond
 * what an app returns by itself as a rule: 125 for Tsuki, 126 for a program that cannot be made to
 * run, 127 for one that is not there.
 */
const runStatus = { usage: 125, missing: 127, source: 126, host: 125 } as const;
const otherStatus = { usage: 2, missing: 1, source: 1, host: 1 } as const;

/** The exit status of a command line that cannot be understood. */
export function usageStatus(command: string): number {
  return statuses(command).usage;
}

function statuses(command: string): Readonly<Record<keyof typeof runStatus, number>> {
  return command === "run" || command === "create" ? runStatus : otherStatus;
}

/** Where the user reads more about an error. */
function entryOf(code: ErrorCode | "internal"): string {
  return `docs/errors.md#${code}`;
}

/** Whether a stream wants colours (no-color.org). */
export function wantsColour(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
}

/** Prints one line of Tsuki's own to standard error. */
export function note(line: string): void {
  process.stderr.write(`${noteOf(line)}\n`);
}

/** Prints a line that says what takes its time, on a terminal alone; what is returned removes it. */
export function passingNote(line: string): () => void {
  if (!process.stderr.isTTY) return () => undefined;
  process.stderr.write(noteOf(line));
  return () => void process.stderr.write("\r\u001b[K");
}

function noteOf(line: string): string {
  const name = wantsColour(process.stderr) ? "\u001b[2mtsuki:\u001b[22m" : "tsuki:";
  return `${name} ${line}`;
}

/** Prints an error, with its stack if `isDebug`; returns the exit status. */
export function reportError(error: unknown, command: string, isDebug: boolean): number {
  const known = error instanceof TsukiError ? error : undefined;
  if (known !== undefined && known.detail !== "") process.stderr.write(`${known.detail}\n`);
  const said = error instanceof Error ? error.message : String(error);
  const text = (known === undefined ? `a bug in Tsuki: ${said}` : said).replaceAll(
    /\s*\n\s*/g,
    " ",
  );
  const name = wantsColour(process.stderr) ? "\u001b[31mtsuki:\u001b[39m" : "tsuki:";
  process.stderr.write(`${name} ${text} (${entryOf(known?.code ?? "internal")})\n`);
  if (isDebug) process.stderr.write(`${stackOf(error)}\n`);
  return statuses(command)[known === undefined ? "host" : errorCodes[known.code]];
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
