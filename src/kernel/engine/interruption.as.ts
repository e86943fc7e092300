// A request to stop in the middle of a program that computes: the engine asks now and then.
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { exit } from "../boot/exit.as";
import { idle, round } from "../boot/loop.as";
import { stopRequested } from "../boot/stop.as";
import { beginMessage, endMessage } from "../console/message.as";
import { graceTime } from "../http/stopping.as";
import { monotonicTime } from "../time/clock.as";

/** Looking at the devices costs a system call, which some milliseconds of computing outweigh. */
const questionsBetweenLooks: u32 = 32;

/** Status of an instance that had to leave its work undone. */
const unfinishedStatus: u32 = 1;

let questionsLeft: u32 = 32; // questionsBetweenLooks
let stopDeadline: u64 = 0;

/** Looks for a request to stop; a program that does not end in time is ended. */
export function mindStop(): void {
  if (--questionsLeft != 0) return;
  questionsLeft = questionsBetweenLooks;
  round();
  if (config.platform == config.linux) idle(0, false);
  if (!stopRequested()) return;
  const now = monotonicTime();
  if (stopDeadline == 0) stopDeadline = now + graceTime;
  if (now < stopDeadline) return;
  beginMessage(text("stopped in the middle of what the program computes"));
  endMessage();
  exit(unfinishedStatus);
}
