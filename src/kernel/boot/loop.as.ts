// The event loop: one round serves what the devices have, idling waits for more.
import * as config from "../base/config.as";
import { linuxIdle, linuxRound, linuxYield } from "../platform/linux/process.as";
import { nodeIdle, nodeRound } from "../platform/node/round.as";
import { pcIdle, pcRound } from "../platform/pc/loop.as";
import { solo5Idle, solo5Round } from "../platform/solo5/idle.as";
import { countTurn, noteWait } from "./turns.as";

/** The deadline that never comes. */
export const neverDeadline: u64 = u64.MAX_VALUE;

/** Serves every device once. */
export function round(): void {
  if (config.platform != config.linux) countTurn();
  if (config.platform == config.pc) pcRound();
  else if (config.platform == config.linux && config.usesOwnStack) linuxRound();
  else if (config.platform == config.solo5 && config.opensSockets) solo5Round();
  else if (config.platform == config.node && config.opensSockets) nodeRound();
}

/** Serves every device and lets others run. */
export function yieldRound(): void {
  if (config.platform == config.linux) linuxYield();
  else round();
}

/**
 * Waits until a monotonic deadline in nanoseconds, until a socket is ready, or, with `input`, until
 * standard input has something. It may return early; what sockets have shows after it, or after a
 * round.
 */
export function idle(deadline: u64, input: bool): void {
  noteWait();
  if (config.platform == config.linux) {
    countTurn();
    linuxIdle(deadline, input);
  } else if (config.platform == config.pc) {
    pcIdle(deadline, input);
  } else if (config.platform == config.solo5) {
    solo5Idle(deadline);
  } else {
    nodeIdle(deadline, input);
  }
}
