// An entropy device (virtio 1.2, 5.4): one queue, whose buffers the device fills with random bytes.
import { eventIndex, negotiate, startDevice } from "../../bus/negotiation.as";
import { Transport } from "../../bus/transport-record.as";
import { addWritable, beginChain, endChain, notifyQueue } from "../virtio-queue/chains.as";
import { makeQueue, Queue } from "../virtio-queue/queue.as";
import { noToken, takeUsed } from "../virtio-queue/used.as";
import { openWorkingDevice } from "../working-device.as";

const entropyType: u32 = 4;
const requestQueue: u32 = 0;

/** Bytes that one request asks for; the device may give fewer. */
const entropyRequestBytes: u32 = 64;

const buffer = memory.data(64, 8);
const queueRecord = memory.data(128, 8);
let isOpen = false;
let isWaiting = false;

/** The device's only queue. */
@unmanaged
class EntropyQueue extends Queue {
  /** Takes a device into use; 0 or a failure. */
  open(transport: Transport): u32 {
    const failure = negotiate(transport, eventIndex, 0);
    if (failure != 0) return failure;
    const queueFailure = makeQueue(this, transport, requestQueue, 1, 1, false);
    if (queueFailure == 0) startDevice(transport);
    return queueFailure;
  }
}

/** Takes an entropy device into use; false when there is none, or none that works. */
export function openEntropyDevice(): bool {
  isOpen = openWorkingDevice(queueOf(), entropyType);
  return isOpen;
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

function queueOf(): EntropyQueue {
  return changetype<EntropyQueue>(queueRecord);
}
