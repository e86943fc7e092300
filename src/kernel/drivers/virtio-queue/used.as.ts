// What comes back from the device (virtio 1.2, 2.7.14). The device may write anything at any time.
import * as dma from "../../base/machine/dma.as";
import { fence, pause } from "../../base/machine/processor.as";
import { remindDevice } from "./chains.as";
import { Queue, ringOffset, shadowOf, usedElementBytes } from "./queue.as";

/** Instead of a token: the device has used nothing more. No driver's token is this. */
export const noToken: u32 = u32.MAX_VALUE;

/** Available ring's flag: the driver wants no notifications (2.7.6). */
const noInterrupt: u32 = 1;

/** Whether the device has used a chain that was not taken yet. */
function hasUsed(queue: Queue): bool {
  return !queue.isBroken && (dma.load16(queue.used + 2) & 0xffff) != queue.nextUsed;
}

/**
 * Takes the next chain that the device has used: the token it was sent with, or `noToken`. How many
 * bytes the device wrote, at most as many as it might, is then in `takenBytes`.
 */
export function takeUsed(queue: Queue): u32 {
  if (queue.isBroken) return noToken;
  const pending = (dma.load16(queue.used + 2) - queue.nextUsed) & 0xffff;
  if (pending == 0) {
    remindDevice(queue);
    return noToken;
  }
  if (pending > queue.inFlight) return breakQueue(queue);
  const place = queue.nextUsed & (queue.size - 1);
  const element = queue.used + ringOffset + place * usedElementBytes;
  const head = dma.load32(element);
  const written = dma.load32(element + 4);
  if (head >= queue.size) return breakQueue(queue);
  const shadow = shadowOf(queue, head);
  // Not the head of a chain that the device has: never, or not any more.
  if (shadow.count == 0) return breakQueue(queue);
  if (written > shadow.writableBytes) queue.violations++;
  queue.takenBytes = min(written, shadow.writableBytes);
  queue.nextUsed = (queue.nextUsed + 1) & 0xffff;
  queue.inFlight--;
  giveBack(queue, head);
  if (queue.usesEvents && queue.isListening) writeUsedEvent(queue, queue.nextUsed);
  return shadow.token;
}

/** Notes that a device broke the rules in a way after which nothing it says has a meaning. */
export function breakQueue(queue: Queue): u32 {
  queue.violations++;
  queue.isBroken = true;
  return noToken;
}

/** Takes a chain back that a broken device, reset by now, still had; `noToken` when it had none. */
export function abandonChain(queue: Queue): u32 {
  for (let head: u32 = 0; head < queue.size && queue.inFlight != 0; head++) {
    const shadow = shadowOf(queue, head);
    if (shadow.count == 0) continue;
    queue.inFlight--;
    giveBack(queue, head);
    return shadow.token;
  }
  return noToken;
}

/** Asks the device to notify of what it uses; whether it has used something in the meantime. */
export function listen(queue: Queue): bool {
  queue.isListening = true;
  if (queue.usesEvents) writeUsedEvent(queue, queue.nextUsed);
  else dma.store16(queue.available, 0);
  // The wish must be visible before the last look (2.7.7.1, 2.7.14.1). Where QEMU leaves fences
  // out, leaving its translated code, as `pause` does, is one.
  fence();
  pause();
  remindDevice(queue);
  return hasUsed(queue);
}

/** Asks the device not to notify, because the queue is looked at anyway. */
export function ignoreNotifications(queue: Queue): void {
  queue.isListening = false;
  // An index that has just been passed will not be passed for a long time.
  if (queue.usesEvents) writeUsedEvent(queue, queue.nextUsed - 1);
  else dma.store16(queue.available, noInterrupt);
}

function writeUsedEvent(queue: Queue, index: u32): void {
  dma.store16(queue.available + ringOffset + queue.size * 2, index);
}

function giveBack(queue: Queue, head: u32): void {
  const shadow = shadowOf(queue, head);
  const count = shadow.count;
  shadow.count = 0;
  let last = head;
  for (let index: u32 = 1; index < count; index++) last = shadowOf(queue, last).next;
  shadowOf(queue, last).next = queue.firstFree;
  queue.firstFree = head;
  queue.freeCount += count;
}
