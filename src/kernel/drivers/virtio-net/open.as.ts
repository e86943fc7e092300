// How a virtio network device is taken into use: features, buffers, queues (virtio 1.2, 5.1.3 to
// 5.1.5).
import { configurationFailure, memoryFailure } from "../../bus/failures.as";
import {
  eventIndex,
  hasFeature,
  negotiate,
  startDevice,
} from "../../bus/negotiation.as";
import { Transport } from "../../bus/transport-record.as";
import { configuration16, configuration8 } from "../../bus/transport.as";
import { allocateFrames, availableFrames, frameBytes } from "../../memory/frames.as";
import { NetDevice, ReceivedFrame, transmitPartLimit } from "../net-frame.as";
import { makeQueue, Queue } from "../virtio-queue/queue.as";
import { ignoreNotifications } from "../virtio-queue/used.as";

const checksum: u64 = 1 << 0;
const guestChecksum: u64 = 1 << 1;
const mtu: u64 = 1 << 3;
const mac: u64 = 1 << 5;
const guestTso4: u64 = 1 << 7;
const guestTso6: u64 = 1 << 8;
const hostTso4: u64 = 1 << 11;
const hostTso6: u64 = 1 << 12;
const mergeableBuffers: u64 = 1 << 15;

/** Feature: the configuration says whether the device is connected. */
export const linkStatus: u64 = 1 << 16;

const offloads: u64 = checksum | guestChecksum | hostTso4 | hostTso6;
const segmentJoining: u64 = guestTso4 | guestTso6;

const macBytes: u32 = 6;
const mtuField: u32 = 10;

const defaultPayloadLimit: u32 = 1500;

/** RFC 791: every host takes 68 bytes; less is no network. */
const leastPayloadLimit: u32 = 68;

const receiveQueue: u32 = 0;
const transmitQueue: u32 = 1;
const transmitSize: u32 = 256;
const leastQueueSize: u32 = 1;

/** A received frame has at most so many buffers. */
export const receivePartLimit: u32 = 36;

// Buffers: a frame with its header fits twice into a page. Where there is memory enough, a device
// joins segments to frames of up to 64 KiB, for which there are more and larger ones.
const receiveSize: u32 = 64;
const receiveBufferBytes: u32 = 2048;
const joiningSize: u32 = 128;
const joiningBufferBytes: u32 = 4096;
const joiningFrames: u32 = 2048;

/** So many of them take what IP can say of a packet's length, and the headers before it. */
export const joinedPartLimit: u32 = 17;

/** A virtio network device. */
@unmanaged
export class VirtioNet extends NetDevice {
  /** Whether a frame may come in several buffers. */
  mergesBuffers: bool;
  /** Whether it may join segments of TCP. */
  joinsSegments: bool;
  /** Whether the device was reset since a queue was broken. */
  isReset: bool;
  /** Buffers of the frame that was received last. */
  heldCount: u32;
  buffers: usize;
  bufferBytes: u32;
  /** The buffer that is offered next, as soon as it is free. */
  nextOffer: u32;
  /** Buffers that nobody has. */
  freeCount: u32;
  /** Buffers of frames that are kept. */
  keptCount: u32;
  /** Where frames are put together whose buffers do not follow one another; 0 before the first. */
  assembly: usize;
  /** The records of the queues begin here. */
  receiveRecord: u64;

  /** The queue of frames that come. */
  @inline
  receiving(): Queue {
    return changetype<Queue>(changetype<usize>(this) + offsetof<VirtioNet>("receiveRecord"));
  }

  /** The queue of frames that go. */
  @inline
  sending(): Queue {
    return changetype<Queue>(changetype<usize>(this.receiving()) + offsetof<Queue>());
  }

  /** The frame that was received last. */
  @inline
  frame(): ReceivedFrame {
    return changetype<ReceivedFrame>(changetype<usize>(this.sending()) + offsetof<Queue>());
  }

  /** Where the number of a held buffer stands, u32. */
  @inline
  heldBuffer(index: u32): usize {
    return changetype<usize>(this.frame()) + offsetof<ReceivedFrame>() + index * 4;
  }

  /** Where the mark of a buffer stands, u8 (buffers.as.ts). */
  @inline
  mark(index: u32): usize {
    return this.heldBuffer(receivePartLimit) + index;
  }

  /** A receive buffer by its number. */
  @inline
  buffer(index: u32): usize {
    return this.buffers + index * this.bufferBytes;
  }

  /** Takes a device into use, to which no receive buffers are offered yet; 0 or a failure. */
  open(transport: Transport): u32 {
    return openNet(this, transport);
  }
}

/** Bytes of a `VirtioNet` with its queues, its frame, the buffers that this holds, and marks. */
export const netRecordBytes: u32 = 1024;

function openNet(device: VirtioNet, transport: Transport): u32 {
  let failure = agree(device, transport);
  if (failure == 0) failure = readConfiguration(device, transport);
  if (failure == 0) failure = makeQueues(device, transport);
  if (failure != 0) return failure;
  const hasRoom = device.canChecksum & (device.sending().size >= transmitPartLimit);
  device.canSegment4 = hasRoom & hasFeature(transport, hostTso4);
  device.canSegment6 = hasRoom & hasFeature(transport, hostTso6);
  if (device.buffers == 0) {
    device.bufferBytes = device.joinsSegments ? joiningBufferBytes : receiveBufferBytes;
    device.buffers = allocateFrames(device.receiving().size * device.bufferBytes / frameBytes);
    if (device.buffers == 0) return memoryFailure;
  }
  device.isReset = false;
  transport.needsReset = false;
  ignoreNotifications(device.sending());
  startDevice(transport);
  return 0;
}

function agree(device: VirtioNet, transport: Transport): u32 {
  const wanted = offloads | mtu | mac | mergeableBuffers | linkStatus | eventIndex;
  const joining = mayJoin(device) ? segmentJoining : 0;
  const failure = negotiate(transport, wanted | joining, 0);
  // Without merging, each buffer would have to have room for the longest frame (5.1.6.3.1).
  const merges = hasFeature(transport, mergeableBuffers);
  const joins = hasFeature(transport, segmentJoining);
  return joins & !merges ? negotiate(transport, wanted, 0) : failure;
}

/** Only where there is memory enough; what was once reset has its buffers already. */
function mayJoin(device: VirtioNet): bool {
  return device.buffers == 0 ? availableFrames() >= joiningFrames : device.joinsSegments;
}

function readConfiguration(device: VirtioNet, transport: Transport): u32 {
  device.address = 0;
  if (hasFeature(transport, mac)) {
    for (let index: u32 = 0; index < macBytes; index++) {
      device.address |= <u64>configuration8(transport, index) << (index * 8);
    }
  }
  device.payloadLimit = defaultPayloadLimit;
  device.mergesBuffers = hasFeature(transport, mergeableBuffers);
  if (hasFeature(transport, mtu)) {
    const limit = configuration16(transport, mtuField);
    if (limit < leastPayloadLimit) return configurationFailure;
    // Without merging, a frame must fit into one buffer.
    device.payloadLimit = device.mergesBuffers ? limit : min(limit, defaultPayloadLimit);
  }
  device.canChecksum = hasFeature(transport, checksum);
  const joins = hasFeature(transport, segmentJoining);
  device.joinsSegments = joins & device.mergesBuffers & hasFeature(transport, guestChecksum);
  return 0;
}

function makeQueues(device: VirtioNet, transport: Transport): u32 {
  const wanted = device.joinsSegments ? joiningSize : receiveSize;
  const failure = makeQueue(
    device.receiving(), transport, receiveQueue, wanted, leastQueueSize, false,
  );
  if (failure != 0) return failure;
  // Most frames are one part: indirect descriptors would cost more than they spare.
  return makeQueue(device.sending(), transport, transmitQueue, transmitSize, leastQueueSize, false);
}
