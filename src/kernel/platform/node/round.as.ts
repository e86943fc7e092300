// A round of the event loop on the node platform.
import * as node from "../../base/machine/node.as";
import { requestStop } from "../../boot/stop.as";
import { nodeTakeSocketEvents } from "./sockets.as";

/** Status of an instance that is asked to stop and does not handle it: 128 + SIGTERM. */
const stoppedStatus: u32 = 143;

/** Notes what the sockets have, and whether somebody asks the instance to stop. */
export function nodeRound(): void {
  nodeTakeSocketEvents();
  if (node.takeStop() != 0) requestStop(stoppedStatus);
}
