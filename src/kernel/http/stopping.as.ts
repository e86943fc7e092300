// The end of a server: what has been answered is sent before the instance ends, for a while.
import { idle, round } from "../boot/loop.as";
import { nextReadySocket } from "../net/socket-table.as";
import { monotonicTime } from "../time/clock.as";
import { connectionAt, connectionEnd, inHandStage } from "./connections.as";
import { allSent, dropOutput, hasOutput, sendOutput } from "./output.as";

/** How long an instance that stops waits for what is at hand, in nanoseconds. */
export const graceTime: u64 = 8_000_000_000;

/** Sends what is left to send on all connections; those that take too long lose it. */
export function sendRest(time: u64): void {
  if (sendAll() == 0) return;
  const deadline = monotonicTime() + time;
  while (monotonicTime() < deadline) {
    idle(deadline, false);
    round();
    while (nextReadySocket() >= 0) {}
    if (sendAll() == 0) return;
  }
}

/** Requests that the app has and has not answered. */
export function requestsAtHand(): u32 {
  let found: u32 = 0;
  for (let socket: u32 = 0; socket < connectionEnd(); socket++) {
    const connection = connectionAt(socket);
    if (connection != null && connection.stage == inHandStage) found++;
  }
  return found;
}

/** Sends what can be sent; how many connections have something left. */
function sendAll(): u32 {
  let left: u32 = 0;
  for (let socket: u32 = 0; socket < connectionEnd(); socket++) {
    const connection = connectionAt(socket);
    if (connection == null || !hasOutput(connection)) continue;
    const outcome = sendOutput(connection);
    if (outcome < 0) dropOutput(connection);
    else if (outcome != allSent) left++;
  }
  return left;
}
