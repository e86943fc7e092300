// The while that a program has which is asked to stop.
import { putDecimal, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { exit } from "../boot/exit.as";
import { neverDeadline } from "../boot/loop.as";
import { stopRequested } from "../boot/stop.as";
import { beginMessage, endMessage } from "../console/message.as";
import { graceTime, requestsAtHand } from "../http/stopping.as";
import { monotonicTime } from "../time/clock.as";

/** Status of an instance that had to leave something undone. */
const undoneStatus: u32 = 1;

let deadline: u64 = 0xffff_ffff_ffff_ffff; // neverDeadline

/** When it ends; never before the program is asked to stop. */
export function graceDeadline(): u64 {
  return deadline;
}

/** Ends the instance once a program that is to stop has had its while. */
export function mindGrace(): void {
  if (!stopRequested()) return;
  const now = monotonicTime();
  if (deadline == neverDeadline) deadline = now + graceTime;
  if (now < deadline) return;
  beginMessage(text("stopped with "));
  putDecimal(requestsAtHand());
  putText(text(" requests unanswered"));
  endMessage();
  exit(undoneStatus);
}
