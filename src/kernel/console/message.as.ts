// One-line messages of the kernel itself, on standard error.
import { text } from "../base/text.as";
import { clearLine, lineLength, lineStart, putByte, putText } from "../base/line.as";
import { writeError } from "./streams.as";

/** Starts the line "tsuki: ..." with `text("...")`. */
export function beginMessage(start: usize): void {
  clearLine();
  putText(text("tsuki: "));
  putText(start);
}

/** Ends the line and writes it. */
export function endMessage(): void {
  putByte(10);
  writeError(lineStart(), lineLength());
}
