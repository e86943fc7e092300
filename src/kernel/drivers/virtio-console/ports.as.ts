// The ports of a console device as this kernel uses them: output on one, both ways on the other.
// Each has buffers of a page; data is copied into and out of them once.
import { pause } from "../../base/machine/processor.as";
import { memoryFailure } from "../../bus/failures.as";
import { Transport } from "../../bus/transport-record.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";
import {
  addReadable,
  addWritable,
  beginChain,
  endChain,
  hasRoom,
  notifyQueue,
} from "../virtio-queue/chains.as";
import { makeQueue, Queue } from "../virtio-queue/queue.as";
import { ignoreNotifications, listen, noToken, takeUsed } from "../virtio-queue/used.as";

/**
 * Port for the control channel. Port 0 is a terminal's, for which QEMU drops what comes too fast.
 */
export const controlPort: u32 = 1;

/** Port for standard output, the last one that this kernel uses. */
export const outputPort: u32 = 2;

/** Bytes of a buffer. */
export const portBufferBytes: u32 = 4096;

const bufferCount: u32 = 4;

/** A reader that takes nothing must not hold the instance for ever: some seconds. */
const drainLimit: u32 = 20_000_000;

const portBytes: u32 = 384;
const records = memory.data(768, 8);

/** A port. */
@unmanaged
class Port {
  /** Whether the device has it. */
  isThere: bool;
  /** Whether somebody reads and writes it on the host. */
  isConnected: bool;
  buffers: usize;
  /** Buffers for output that are free, a bit for each. */
  freeBuffers: u32;
  /** Input that was not taken yet. */
  inputBuffer: u32;
  inputStart: u32;
  inputEnd: u32;
  sendRecord: u64;

  /** The queue of output. */
  @inline
  sending(): Queue {
    return changetype<Queue>(changetype<usize>(this) + offsetof<Port>("sendRecord"));
  }

  /** The queue of input. */
  @inline
  receiving(): Queue {
    return changetype<Queue>(changetype<usize>(this.sending()) + offsetof<Queue>());
  }
}

/** Makes a port's queues (5.3.2); standard output takes no input. 0 or a failure. */
export function makePort(transport: Transport, port: u32): u32 {
  const record = portOf(port);
  const receiveIndex = 2 + 2 * port;
  memory.fill(changetype<usize>(record), 0, portBytes);
  const buffers = port == outputPort ? bufferCount : 2 * bufferCount;
  record.buffers = allocateFrames(buffers * portBufferBytes / frameBytes);
  if (record.buffers == 0) return memoryFailure;
  const receiving = record.receiving();
  const failure = makeQueue(receiving, transport, receiveIndex, bufferCount, 1, false);
  if (failure != 0) return failure;
  record.freeBuffers = (1 << bufferCount) - 1;
  return makeQueue(record.sending(), transport, receiveIndex + 1, bufferCount, 1, false);
}

/** Notes that the device has a port, and gives it room for input. */
export function addPort(port: u32): void {
  const record = portOf(port);
  if (record.isThere) return;
  record.isThere = true;
  ignoreNotifications(record.sending());
  if (port == outputPort) return;
  for (let buffer: u32 = 0; buffer < record.receiving().size; buffer++) offerInput(record, buffer);
  notifyQueue(record.receiving());
}

/** Notes whether somebody is at the other end. */
export function connectPort(port: u32, isConnected: bool): void {
  portOf(port).isConnected = isConnected;
}

/** Whether a port can be used. */
export function isPortOpen(port: u32): bool {
  const record = portOf(port);
  return record.isThere && record.isConnected && !record.sending().isBroken;
}

/** A free buffer for output, of `portBufferBytes`; 0 when all are under way. */
export function outputBuffer(port: u32): usize {
  const record = portOf(port);
  takeSent(record);
  if (record.freeBuffers == 0 || !hasRoom(record.sending(), 1)) return 0;
  return record.buffers + firstFree(record) * portBufferBytes;
}

/** Sends what was put into the buffer that `outputBuffer` gave, at least a byte. */
export function sendOutput(port: u32, length: u32): void {
  const record = portOf(port);
  const buffer = firstFree(record);
  const queue = record.sending();
  if (!beginChain(queue, 1)) return;
  addReadable(queue, record.buffers + buffer * portBufferBytes, length);
  endChain(queue, buffer);
  record.freeBuffers &= ~(1 << buffer);
  notifyQueue(queue);
}

/** Waits for a free buffer for output; 0 when nobody makes room for seconds. */
export function waitForOutputBuffer(port: u32): usize {
  for (let poll: u32 = 0; poll < drainLimit; poll++) {
    const buffer = outputBuffer(port);
    if (buffer != 0 || portOf(port).sending().isBroken) return buffer;
    pause();
  }
  return 0;
}

/** Waits until all output is gone, or nobody takes it for seconds. */
export function drainPort(port: u32): void {
  const record = portOf(port);
  for (let poll: u32 = 0; poll < drainLimit; poll++) {
    takeSent(record);
    if (record.sending().inFlight == 0 || record.sending().isBroken) return;
    pause();
  }
}

/** How many bytes of input lie at `inputStart`; 0 when there is none. */
export function inputBytes(port: u32): u32 {
  const record = portOf(port);
  if (!record.isThere || port == outputPort) return 0;
  const queue = record.receiving();
  while (record.inputStart == record.inputEnd) {
    const buffer = takeUsed(queue);
    if (buffer == noToken) return 0;
    record.inputBuffer = buffer;
    record.inputStart = 0;
    record.inputEnd = queue.takenBytes;
    if (queue.takenBytes == 0) giveInputBack(record);
  }
  return record.inputEnd - record.inputStart;
}

/** Where input lies that was not taken yet. */
export function inputStart(port: u32): usize {
  const record = portOf(port);
  const buffer = bufferCount + record.inputBuffer;
  return record.buffers + buffer * portBufferBytes + record.inputStart;
}

/** Takes bytes of the input that there is. */
export function takeInput(port: u32, count: u32): void {
  const record = portOf(port);
  record.inputStart += count;
  if (record.inputStart == record.inputEnd) giveInputBack(record);
}

/** Has the device interrupt when there is input; whether there is some already. */
export function listenToPort(port: u32): bool {
  const record = portOf(port);
  return inputBytes(port) != 0 || listen(record.receiving());
}

/** Spares the device's interrupts. */
export function ignorePort(port: u32): void {
  ignoreNotifications(portOf(port).receiving());
}

/** How often the device broke the rules on a port. */
export function portViolations(port: u32): u32 {
  const record = portOf(port);
  return record.sending().violations + record.receiving().violations;
}

function takeSent(record: Port): void {
  const queue = record.sending();
  for (let buffer = takeUsed(queue); buffer != noToken; buffer = takeUsed(queue)) {
    record.freeBuffers |= 1 << buffer;
  }
}

function giveInputBack(record: Port): void {
  offerInput(record, record.inputBuffer);
  notifyQueue(record.receiving());
}

function offerInput(record: Port, buffer: u32): void {
  const queue = record.receiving();
  if (!beginChain(queue, 1)) return;
  const start = record.buffers + (bufferCount + buffer) * portBufferBytes;
  addWritable(queue, start, portBufferBytes);
  endChain(queue, buffer);
}

function firstFree(record: Port): u32 {
  return <u32>ctz(record.freeBuffers);
}

@inline
function portOf(port: u32): Port {
  return changetype<Port>(records + (port - 1) * portBytes);
}
