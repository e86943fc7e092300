// Connections: the record, its memory, and how a segment finds it.
import { keyedHash } from "../../base/siphash.as";
import { allocateZeroedFrame, frameBytes } from "../../memory/frames.as";
import { isSameAddress } from "../link/addresses.as";
import { clearQueue, queueRecordBytes } from "./byte-queue.as";
import { releaseRanges } from "./ranges.as";
import { clearReceived } from "./received.as";
import { releaseSegments } from "./segments.as";
import { cancelTimer } from "./timer-heap.as";

/** State (RFC 9293, 3.3.2): none, the record is free or its end is known to all but the app. */
export const closedState: u32 = 0;
/** State: waits for connections. */
export const listenState: u32 = 1;
/** State: has asked for a connection. */
export const synSentState: u32 = 2;
/** State: was asked, and answered. */
export const synReceivedState: u32 = 3;
/** State: open. */
export const establishedState: u32 = 4;
/** State: this side has sent its end. */
export const finWait1State: u32 = 5;
/** State: and the peer knows. */
export const finWait2State: u32 = 6;
/** State: the peer has sent its end. */
export const closeWaitState: u32 = 7;
/** State: both have, at the same time. */
export const closingState: u32 = 8;
/** State: both have, the peer first. */
export const lastAckState: u32 = 9;
/** State: over; late segments are still answered. */
export const timeWaitState: u32 = 10;

/** Connections at a time, listeners and TIME-WAIT included. */
const connectionLimit: u32 = 16_384;

/** No deadline. */
export const never: u64 = 0xffff_ffff_ffff_ffff;

/** A connection, or a listener. Sequence numbers are as they stand in segments. */
@unmanaged
export class Connection {
  // Own address, then the peer's: a pseudo-header's order for what is sent.
  localHigh: u64;
  localLow: u64;
  remoteHigh: u64;
  remoteLow: u64;
  /** Of the timer heap: when `runConnection` is due, at the earliest. */
  deadline: u64;
  child: usize;
  sibling: usize;
  previous: usize;
  isTimed: u32;

  localPort: u32;
  remotePort: u32;
  /** Next in its chain of the hash table, or among the free. */
  next: usize;
  state: u32;
  /** Whether the app has it: when it is over too, it can be freed. */
  isHeld: u32;
  /** WASI error number that ended it, until it is asked for. */
  error: u32;
  /** Whether it waits to be taken by `takeChanged`, and behind whom. */
  isChanged: u32;
  nextChanged: usize;
  /** For whoever has it: what it stands for there. */
  owner: usize;

  // A listener's; `listener` is a connection's until it is accepted.
  listener: usize;
  acceptHead: usize;
  acceptTail: usize;
  nextAccept: usize;
  acceptCount: u32;
  handshakeCount: u32;
  backlog: u32;
  /** Of a listener for all addresses of IPv6: whether it is one for those of IPv4, too. */
  takesIpv4: u32;

  // Sending (RFC 9293, 3.3.1).
  initialSend: u32;
  unacknowledged: u32;
  sendNext: u32;
  sendWindow: u32;
  windowSequence: u32;
  windowAcknowledgement: u32;
  largestWindow: u32;
  sendScale: u32;
  /** The sequence number behind the app's last byte. */
  queueEnd: u32;
  /** Whether the app has ended: FIN comes at `queueEnd`. */
  isSendClosed: u32;
  isFinSent: u32;
  segmentSize: u32;
  isNoDelay: bool;
  /** Hops that its packets live; 0 for the usual number. */
  hopLimit: u8;
  /** Their differentiated services. */
  trafficClass: u8;

  // Receiving.
  initialReceive: u32;
  receiveNext: u32;
  /** The sequence number of the first byte that the app has not taken. */
  readNext: u32;
  /** The sequence number behind the window that was advertised. */
  windowEdge: u32;
  receiveScale: u32;
  receiveCapacity: u32;
  /** Whether the app has said so. */
  isReceiveFixed: u32;
  /** Of the stream to be sent, if the app has said so. */
  sendCapacity: u32;
  /** The edge of the window when `tuneReceiving` looked last. */
  tuneEdge: u32;
  hasFin: u32;
  finSequence: u32;
  isFinReceived: u32;
  /** Whether the app takes nothing more. */
  isReceiveClosed: u32;
  /** Segments that were not acknowledged yet. */
  unacknowledgedSegments: u32;
  mustAcknowledge: u32;
  lastAcknowledged: u32;
  ranges: usize;
  rangeCount: u32;
  /** A sequence number of the range that changed last. */
  latestRange: u32;
  duplicateStart: u32;
  duplicateEnd: u32;

  // Options that both sides have agreed on.
  usesTimestamps: u32;
  usesSack: u32;
  timestampOffset: u32;
  recentTimestamp: u32;
  recentTimestampAt: u64;

  // Times, in nanoseconds.
  smoothedRoundTrip: u64;
  roundTripVariation: u64;
  leastRoundTrip: u64;
  retransmitTimeout: u64;
  retransmitAt: u64;
  acknowledgeAt: u64;
  lossAt: u64;
  waitAt: u64;
  keepAliveAt: u64;
  userTimeout: u64;
  keepAliveTime: u64;
  keepAliveInterval: u64;
  /** When the peer last acknowledged something new, or there was nothing to acknowledge. */
  progressAt: u64;
  lastReceivedAt: u64;
  handshakeAt: u64;
  tuneAt: u64;
  backoff: u32;
  keepAliveProbes: u32;
  keepAliveLimit: u32;
  isProbingWindow: u32;
  /** Whether `lossAt` is a tail loss probe's rather than a reordering's. */
  isTailProbe: u32;
  tailProbeEnd: u32;
  hasTailProbe: u32;

  // Congestion and loss (RFC 5681, RFC 6675, RFC 8985, RFC 9438).
  congestionWindow: u32;
  slowStartThreshold: u32;
  acknowledgedBytes: u32;
  isRecovering: u32;
  isAfterTimeout: u32;
  recoveryEnd: u32;
  duplicateAcks: u32;
  cubicLargest: u32;
  cubicOrigin: u32;
  cubicEpochAt: u64;
  cubicTime: u64;
  cubicEstimate: u32;
  reorderSeen: u32;
  latestSentAt: u64;
  latestSentEnd: u32;
  latestRoundTrip: u64;
  highestSacked: u32;

  /**
   * Proportional rate reduction (RFC 9937): bytes that have arrived, and were sent, in recovery.
   */
  recoveryDelivered: u32;
  recoverySent: u32;
  /** Bytes that were under way when recovery began. */
  recoveryFlight: u32;
  /**
   * How much the reordering window has grown by D-SACK, and how long that lasts (RFC 8985, 6.2).
   */
  reorderSteps: u32;
  reorderPersists: u32;
  reorderRoundEnd: u32;

  // Segments under way: a ring (segments.as.ts), and what its segments come to.
  segments: usize;
  segmentTable: usize;
  firstSegment: u32;
  segmentCount: u32;
  sackedBytes: u32;
  sackedSegments: u32;
  lostBytes: u32;

  /** Received frames that are kept (received.as.ts). */
  keptSegments: usize;

  // Behind it: the records of both queues.
  queues: u64;
}

const sendQueueOffset: u32 = offsetof<Connection>("queues");
const receiveQueueOffset: u32 = sendQueueOffset + queueRecordBytes;
const recordBytes: u32 = receiveQueueOffset + queueRecordBytes;
const recordsOfFrame: u32 = frameBytes / recordBytes;

/** Buckets of the hash table. */
export const bucketCount: u32 = 1024;

let buckets: usize = 0;
let freeList: usize = 0;
let made: u32 = 0;
let inUse: u32 = 0;
let refused: u32 = 0;
let changedHead: usize = 0;
let changedTail: usize = 0;

/** Connections and listeners that there are. */
export function connectionsInUse(): u32 {
  return inUse;
}

/** Connections that there was no room for. */
export function refusedConnections(): u32 {
  return refused;
}

/** The queue of bytes to be sent. */
@inline
export function sendQueue(connection: Connection): usize {
  return changetype<usize>(connection) + sendQueueOffset;
}

/** The queue of received bytes. */
@inline
export function receiveQueue(connection: Connection): usize {
  return changetype<usize>(connection) + receiveQueueOffset;
}

/** Where the own address's 16 bytes are; the peer's follow. */
@inline
export function localAddressOf(connection: Connection): usize {
  return changetype<usize>(connection);
}

/** Where the peer's address's 16 bytes are. */
@inline
export function remoteAddressOf(connection: Connection): usize {
  return changetype<usize>(connection) + 16;
}

/** Takes a record of zeroes; null when there are too many, or no memory. */
export function makeConnection(): Connection | null {
  if (freeList == 0 && !makeRecords()) {
    refused++;
    return null;
  }
  const place = freeList;
  freeList = changetype<Connection>(place).next;
  memory.fill(place, 0, recordBytes);
  const connection = changetype<Connection>(place);
  connection.retransmitAt = never;
  connection.acknowledgeAt = never;
  connection.lossAt = never;
  connection.waitAt = never;
  connection.keepAliveAt = never;
  inUse++;
  return connection;
}

function makeRecords(): bool {
  if (made + recordsOfFrame > connectionLimit) return false;
  const frame = allocateZeroedFrame();
  if (frame == 0) return false;
  made += recordsOfFrame;
  for (let index: u32 = 0; index < recordsOfFrame; index++) {
    const record = changetype<Connection>(frame + index * recordBytes);
    record.next = freeList;
    freeList = changetype<usize>(record);
  }
  return true;
}

/** Gives a record back with all that it has. */
export function freeConnection(connection: Connection): void {
  dropBuffers(connection);
  cancelTimer(connection);
  if (connection.isChanged != 0) forgetChange(connection);
  connection.state = closedState;
  connection.next = freeList;
  freeList = changetype<usize>(connection);
  inUse--;
}

/** Gives back the memory of what is sent and received. */
export function dropBuffers(connection: Connection): void {
  clearQueue(sendQueue(connection));
  clearReceived(connection);
  releaseSegments(connection);
  releaseRanges(connection);
}

/** Enters a connection into the hash table. */
export function enterConnection(connection: Connection): bool {
  if (buckets == 0) buckets = allocateZeroedFrame();
  if (buckets == 0) return false;
  const bucket = bucketOf(localAddressOf(connection), portsOf(connection));
  connection.next = <usize>load<u32>(bucket);
  store<u32>(bucket, <u32>changetype<usize>(connection));
  return true;
}

/** Takes it out again. */
export function leaveConnection(connection: Connection): void {
  let place = bucketOf(localAddressOf(connection), portsOf(connection));
  let found = <usize>load<u32>(place);
  while (found != 0 && found != changetype<usize>(connection)) {
    place = found + offsetof<Connection>("next");
    found = <usize>load<u32>(place);
  }
  if (found != 0) store<u32>(place, <u32>connection.next);
}

/** The connection between two addresses that follow one another; null when there is none. */
export function findConnection(
  addresses: usize, localPort: u32, remotePort: u32,
): Connection | null {
  if (buckets == 0) return null;
  let place = <usize>load<u32>(bucketOf(addresses, localPort << 16 | remotePort));
  while (place != 0) {
    const connection = changetype<Connection>(place);
    const isIt = connection.localPort == localPort && connection.remotePort == remotePort
      && isSameAddress(place, addresses) && isSameAddress(place + 16, addresses + 16);
    if (isIt) return connection;
    place = connection.next;
  }
  return null;
}

/** The connections in a bucket of the hash table, the first of their chain; 0 for none. */
export function firstInBucket(index: u32): usize {
  return buckets == 0 ? 0 : <usize>load<u32>(buckets + index * 4);
}

@inline
function portsOf(connection: Connection): u32 {
  return connection.localPort << 16 | connection.remotePort;
}

function bucketOf(addresses: usize, ports: u32): usize {
  return buckets + (<u32>keyedHash(addresses, 4, ports) & (bucketCount - 1)) * 4;
}

/** Notes that the app may want to look at a connection. */
export function noteChange(connection: Connection): void {
  if (connection.isHeld == 0 || connection.isChanged != 0) return;
  connection.isChanged = 1;
  connection.nextChanged = 0;
  const place = changetype<usize>(connection);
  if (changedHead == 0) changedHead = place;
  else changetype<Connection>(changedTail).nextChanged = place;
  changedTail = place;
}

/** Whether there are connections that `takeChanged` would give. */
export function hasChanged(): bool {
  return changedHead != 0;
}

/** Takes the next connection whose readiness may have changed; 0 for none. */
export function takeChanged(): usize {
  const place = changedHead;
  if (place == 0) return 0;
  const connection = changetype<Connection>(place);
  changedHead = connection.nextChanged;
  connection.isChanged = 0;
  return place;
}

function forgetChange(connection: Connection): void {
  const place = changetype<usize>(connection);
  connection.isChanged = 0;
  if (changedHead == place) {
    changedHead = connection.nextChanged;
    return;
  }
  let before = changetype<Connection>(changedHead);
  while (before.nextChanged != place) before = changetype<Connection>(before.nextChanged);
  before.nextChanged = connection.nextChanged;
  if (changedTail == place) changedTail = changetype<usize>(before);
}
