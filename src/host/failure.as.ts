// The end with one line on standard error.
import * as mmio from "../kernel/base/machine/mmio.as";
import { putByte, putDecimal, putText } from "../kernel/base/line.as";
import { text } from "../kernel/base/text.as";
import { beginMessage, endMessage } from "../kernel/console/message.as";
import { linuxExit } from "../kernel/platform/linux/process.as";

/** Exit status when what was asked for cannot be had. */
export const startFailure: u32 = 125;

/** Ends: "usage: ...". */
export function failUsage(usage: usize): void {
  beginMessage(text("usage: "));
  putText(usage);
  endMessage();
  linuxExit(startFailure);
}

/** Ends with a status and what is wrong with an argument, the host's text at `subject`. */
export function failAbout(subject: u64, problem: usize, status: u32): void {
  beginAbout(subject, problem);
  endMessage();
  linuxExit(status);
}

/** Ends with what the host would not do, and the number of its error. */
export function failByHost(subject: u64, problem: usize, result: i64): void {
  beginAbout(subject, problem);
  putText(text(" (error "));
  putDecimal(<u64>-result);
  putByte(0x29);
  endMessage();
  linuxExit(startFailure);
}

function beginAbout(subject: u64, problem: usize): void {
  beginMessage(text(""));
  // A name from outside shows as it is, but writes nothing on the terminal that is no character.
  for (let byte = mmio.read8(subject); byte != 0; byte = mmio.read8(++subject)) {
    putByte(byte < 0x20 || byte == 0x7f ? 0x3f : byte);
  }
  putText(text(": "));
  putText(problem);
}
