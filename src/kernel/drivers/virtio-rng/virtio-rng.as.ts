// An entropy device (virtio 1.2, 5.4): one queue, whose buffers the device fills with random bytes.
import { takeDevice } from "../../bus/devices.as";
import {
  eventIndex,
  failDevice,
  negotiate,
  startDevice,
} from "../../bus/negotiation.as";
import { Transport } from "../../bus/transport-record.as";
import { addWritable, beginChain, endChain, notifyQueue } from "../virtio-queue/chains.as";
import { makeQueue, Queue } from "../virtio-queue/queue.as";
import { noToken, takeUsed } from "../virtio-queue/used.as";

const entropyType: u32 = 4;
const requestQueue: u32 = 0;

/** Bytes that one request asks for; the device may give fewer. */
const entropyRequestBytes: u32 = 64;

const buffer = memory.data(64, 8);
const queueRecord = memory.data(128, 8);
let isOpen = false;
let isWaiting = false;

/** Takes an entropy device into use; false when there is none, or none that works. */
export function openEntropyDevice(): bool {
  for (let found = takeDevice(entropyType); found !== null; found = takeDevice(entropyType)) {
    if (start(found)) return true;
  }
  return false;
}

/** Whether there is an entropy device in use. */
export function hasEntropyDevice(): bool {
  return isOpen && !queueOf().isBroken;
}

/** Asks the device for entropy, unless it has been asked already. */
export function requestEntropy(): void {
  if (!hasEntropyDevice() || isWaiting || !beginChain(queueOf(), 1)) return;
  addWritable(queueOf(), buffer, entropyRequestBytes);
  endChain(queueOf(), 0);
  notifyQueue(queueOf());
  isWaiting = true;
}

/** Takes the device's answer: how many bytes lie at `entropyBuffer`, 0 when there is none yet. */
export function takeEntropy(): u32 {
  if (!isWaiting || takeUsed(queueOf()) == noToken) return 0;
  isWaiting = false;
  return queueOf().takenBytes;
}

/** Where the answer lies until the next request. */
export function entropyBuffer(): usize {
  return buffer;
}

function queueOf(): Queue {
  return changetype<Queue>(queueRecord);
}

function start(transport: Transport): bool {
  if (negotiate(transport, eventIndex, 0) != 0) return false;
  const failure = makeQueue(queueOf(), transport, requestQueue, 1, 1, false);
  if (failure != 0) {
    failDevice(transport, failure);
    return false;
  }
  startDevice(transport);
  isOpen = true;
  return true;
}
