// A round and an idle period of the event loop on the node platform.
import * as node from "../../base/machine/node.as";
import { requestStop } from "../../boot/stop.as";
import { makeReport, reportFrame } from "../../report/report.as";
import { addWaitedTime } from "../../boot/turns.as";
import { nodeTakeSocketEvents } from "./sockets.as";

/** Status of an instance that is asked to stop and does not handle it: 128 + SIGTERM. */
const stoppedStatus: u32 = 143;

/** Notes what the sockets have, and whether somebody asks the instance to stop. */
export function nodeRound(): void {
  nodeTakeSocketEvents();
  if (node.takeStop() != 0) requestStop(stoppedStatus);
}

/** Waits, and answers the monitor's questions. */
export function nodeIdle(deadline: u64, input: bool): void {
  const start = node.monotonicTime();
  node.idle(deadline, <u32>input);
  addWaitedTime(node.monotonicTime() - start);
  for (let kind = node.takeQuestion(); kind != 0; kind = node.takeQuestion()) {
    const length = makeReport(kind);
    if (length != 0) node.answer(reportFrame(), length);
  }
}
