// A console device with several ports (virtio 1.2, 5.3), of which this kernel uses two. Which ports
// there are, and whether somebody is at their other ends, the device says in control messages.
import * as dma from "../../base/machine/dma.as";
import { pause } from "../../base/machine/processor.as";
import { takeDevice } from "../../bus/devices.as";
import { configurationFailure, memoryFailure } from "../../bus/failures.as";
import { eventIndex, failDevice, negotiate, startDevice } from "../../bus/negotiation.as";
import { Transport } from "../../bus/transport-record.as";
import { configuration32 } from "../../bus/transport.as";
import { allocateFrame } from "../../memory/frames.as";
import {
  addReadable,
  addWritable,
  beginChain,
  endChain,
  notifyQueue,
} from "../virtio-queue/chains.as";
import { makeQueue, Queue } from "../virtio-queue/queue.as";
import { ignoreNotifications, noToken, takeUsed } from "../virtio-queue/used.as";
import {
  addPort,
  connectPort,
  controlPort,
  isPortOpen,
  makePort,
  outputPort,
} from "./ports.as";

const consoleType: u32 = 3;
const multiplePorts: u64 = 1 << 1;
const portCountField: u32 = 4;

// The queues (5.3.2): two for port 0, two for control messages, two for each port behind
// (ports.as.ts).
const controlReceiveQueue: u32 = 2;
const controlSendQueue: u32 = 3;

// Control messages (5.3.6.2): u32 port, u16 event, u16 value.
const messageBytes: u32 = 8;
const deviceReady: u32 = 0;
const portAdded: u32 = 1;
const portReady: u32 = 3;
const portOpen: u32 = 6;

/** A message may be followed by a port's name. */
const slotBytes: u32 = 64;
const slotCount: u32 = 32; // both fill a page

/** How long the device may take to say which ports it has: it does at once, or not at all. */
const handshakeLimit: u32 = 2_000_000;

const receiveRecord = memory.data(128, 8);
const sendRecord = memory.data(128, 8);
let slots: usize = 0; // slotCount for messages from the device, as many for messages to it
let nextSend: u32 = 0;

/**
 * Takes a console device with both ports into use; false when there is none, or the ports do not
 * come.
 */
export function openConsoleDevice(): bool {
  const transport = takeDevice(consoleType);
  if (transport === null) return false;
  const failure = start(transport);
  if (failure != 0) {
    failDevice(transport, failure);
    return false;
  }
  for (let poll: u32 = 0; poll < handshakeLimit; poll++) {
    serveConsole();
    if (isPortOpen(outputPort) && isPortOpen(controlPort)) return true;
    pause();
  }
  failDevice(transport, configurationFailure);
  return false;
}

/** Takes the device's messages. */
export function serveConsole(): void {
  const queue = receiving();
  let isAny = false;
  for (let slot = takeUsed(queue); slot != noToken; slot = takeUsed(queue)) {
    if (queue.takenBytes >= messageBytes) {
      const message = slots + slot * slotBytes;
      take(dma.load32(message), dma.load32(message + 4));
    }
    offerSlot(slot);
    isAny = true;
  }
  if (isAny) notifyQueue(queue);
}

function start(transport: Transport): u32 {
  let failure = negotiate(transport, eventIndex, multiplePorts);
  if (failure != 0) return failure;
  if (configuration32(transport, portCountField) <= outputPort) return configurationFailure;
  failure = makePort(transport, controlPort);
  if (failure == 0) failure = makePort(transport, outputPort);
  if (failure == 0) failure = makeControlQueues(transport);
  if (failure != 0) return failure;
  startDevice(transport);
  for (let slot: u32 = 0; slot < receiving().size; slot++) offerSlot(slot);
  notifyQueue(receiving());
  send(0, deviceReady, 1);
  return 0;
}

function makeControlQueues(transport: Transport): u32 {
  slots = allocateFrame();
  if (slots == 0) return memoryFailure;
  const failure = makeQueue(receiving(), transport, controlReceiveQueue, slotCount, 1, false);
  if (failure != 0) return failure;
  const sendFailure = makeQueue(sending(), transport, controlSendQueue, slotCount, 1, false);
  if (sendFailure == 0) ignoreNotifications(sending());
  return sendFailure;
}

/** Acts on one message; ports that this kernel does not use are refused. */
function take(port: u32, eventAndValue: u32): void {
  const event = eventAndValue & 0xffff;
  const value = eventAndValue >> 16;
  if (port != controlPort && port != outputPort) {
    if (event == portAdded) send(port, portReady, 0);
  } else if (event == portAdded) {
    addPort(port);
    send(port, portReady, 1);
    send(port, portOpen, 1);
  } else if (event == portOpen) {
    connectPort(port, value != 0);
  }
}

/** Sends a message. One for which there is no room is lost; a device that reads makes room. */
function send(port: u32, event: u32, value: u32): void {
  const queue = sending();
  while (takeUsed(queue) != noToken) continue;
  const slot = slotCount + nextSend % slotCount;
  if (!beginChain(queue, 1)) return;
  nextSend++;
  const message = slots + slot * slotBytes;
  dma.store32(message, port);
  dma.store32(message + 4, event | (value << 16));
  addReadable(queue, message, messageBytes);
  endChain(queue, slot);
  notifyQueue(queue);
}

function offerSlot(slot: u32): void {
  if (!beginChain(receiving(), 1)) return;
  addWritable(receiving(), slots + slot * slotBytes, slotBytes);
  endChain(receiving(), slot);
}

@inline
function receiving(): Queue {
  return changetype<Queue>(receiveRecord);
}

@inline
function sending(): Queue {
  return changetype<Queue>(sendRecord);
}
