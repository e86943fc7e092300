// The event loop of a JavaScript program.
import { exit, leave } from "../boot/exit.as";
import { idle, neverDeadline, round } from "../boot/loop.as";
import { handleStop, stopRequested } from "../boot/stop.as";
import { randomBits } from "../random/random.as";
import { monotonicTime } from "../time/clock.as";
import { nextDeadline, takeDeadline } from "./deadline.as";
import { deadlineEvent, idleEvent, shutdownEvent, startEvent } from "./event-numbers.table.as";
import { deliver, openEvents, runJobs } from "./events.as";
import { openHiddenObject } from "./hidden-object.as";
import {
  beginProgram,
  isEvaluating,
  openLineMap,
  replayOutput,
  reportNeverSettles,
  settleProgram,
} from "./program.as";
import { openEngine } from "./quickjs.as";
import { hasSources, serveSources, sourcesDeadline } from "./sources.as";

/** Status of a program whose top level waits for ever, as in Node. */
const neverSettlesStatus: u32 = 13;

let isStopping = false;

/** Runs the program that the engine holds until nothing is left to do. */
export function runEngine(): void {
  openEngine(randomBits());
  openHiddenObject();
  openEvents();
  openLineMap();
  replayOutput();
  deliver(startEvent, 0, 0);
  beginProgram();
  runJobs();
  for (;;) {
    settleProgram();
    runJobs();
    round();
    serveSources();
    followStop();
    if (nextDeadline() != neverDeadline && takeDeadline(monotonicTime())) {
      deliver(deadlineEvent, 0, 0);
    } else if (isPending()) {
      idle(min(nextDeadline(), sourcesDeadline()), false);
    } else {
      endUnlessRevived();
    }
  }
}

/** Whether something may still happen; what is asked to stop does not wait for timers. */
function isPending(): bool {
  return hasSources() || (nextDeadline() != neverDeadline && !isStopping);
}

/** Hands a request to stop on, once; what serves nobody is stopped at once, as any process. */
function followStop(): void {
  if (hasSources()) handleStop();
  if (isStopping || !stopRequested()) return;
  isStopping = true;
  deliver(shutdownEvent, 0, 0);
}

/** Nothing is pending: ends the instance unless the program starts something new. */
function endUnlessRevived(): void {
  if (isEvaluating()) {
    settleProgram();
    runJobs();
    if (isPending()) return;
    if (isEvaluating()) {
      reportNeverSettles();
      exit(neverSettlesStatus);
    }
  }
  deliver(idleEvent, 0, 0);
  if (!isPending()) leave(0);
}
