// What JavaScript holds by handles besides HTTP's requests: TCP streams, their listeners, UDP
// sockets, and letters, which are datagrams that wait for a name. Records lie in page frames, taken
// when they are first needed.
import { neverDeadline } from "../boot/loop.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import { addressBytes } from "../net/address.as";
import { setOwner } from "../net/socket-table.as";
import { closeSocket } from "../net/sockets.as";

/** Owner of these sockets in the socket table. */
export const channelOwner: u32 = 2;

const freeKind: u32 = 0;
/** Kind: a TCP connection, made or being made. */
export const streamKind: u32 = 1;
/** Kind: a TCP listener. */
export const listenerKind: u32 = 2;
/** Kind: a UDP socket. */
export const datagramKind: u32 = 3;
/** Kind: a datagram to a host whose address is being looked up. */
export const letterKind: u32 = 4;

/** Stage: ready to be used. */
export const openStage: u32 = 0;
/** Stage: waits for its turn to look up the name. */
export const namingStage: u32 = 1;
/** Stage: the name is being looked up. */
export const lookingStage: u32 = 2;
/** Stage: one address after the other is tried. */
export const connectingStage: u32 = 3;

/** Notice: JavaScript wants to know when there is something to read. */
export const awaitsReadable: u32 = 1;
/** Notice: JavaScript wants to know when there is room to write. */
export const awaitsWritable: u32 = 2;
/** Notice: nothing more will be written. */
export const endsWriting: u32 = 4;
/** Notice: it is of no more use, and keeps no instance alive. */
export const isSpent: u32 = 8;
/** Notice: JavaScript is to be told of the error. */
export const tellsError: u32 = 16;

/** Addresses that a record has room for. */
export const addressLimit: u32 = 6;
const addressesOffset: u32 = 128;

/** What a handle stands for. */
@unmanaged
export class Channel {
  handle: u64;
  /** Monotonic time in nanoseconds at which to serve it although nothing was reported. */
  deadline: u64;
  /** Naming: the host's name, a value that is held. */
  name: u64;
  /** A letter's content, or what a stream received before it was one; a value that is held. */
  content: u64;
  /** The handle of the UDP socket that a letter is sent from. */
  sender: u64;
  kind: u32;
  stage: u32;
  notices: u32;
  /** Number of its socket, and one; 0 for none. */
  socketPlusOne: u32;
  lookup: u32;
  port: u32;
  /** Addresses in the record, and how many of them were tried. */
  addressCount: u32;
  triedCount: u32;
  /** WASI's number of the last attempt's error. */
  error: u32;
  /** What waits to be sent (stream-output.as.ts): numbers of entries, and one. */
  firstOutput: u32;
  lastOutput: u32;
  /** A listener's connections that nobody has accepted: slots, and one. */
  firstWaiting: u32;
  lastWaiting: u32;
  waitingCount: u32;
  nextWaiting: u32;
}

const recordBytes: u32 = 256;
const recordsOfFrame: u32 = 16;
const frameLimit: u32 = 128;
const slotLimit: u32 = frameLimit * recordsOfFrame;

/** Bits of a handle that name the slot, marked as no socket of HTTP's; those above count all. */
const slotBits: u64 = 14;
const mark: u64 = 0x2000;

const frames = memory.data(512, 4); // one u32 for each recordsOfFrame slots
const slots = memory.data(2048, 2); // one u16 for each socket
let end: u32 = 0;
let count: u32 = 0;
let spentCount: u32 = 0;
let lastGeneration: u64 = 0;

/** A fresh record; null when there is no room for it. */
export function makeChannel(kind: u32, stage: u32): Channel | null {
  let slot: u32 = 0;
  while (slot < end && channelOf(slot).kind != freeKind) slot++;
  if (slot == slotLimit) return null;
  const place = frames + slot / recordsOfFrame * 4;
  if (load<u32>(place) == 0) store<u32>(place, <u32>allocateZeroedFrame());
  if (load<u32>(place) == 0) return null;
  end = max(end, slot + 1);
  const channel = channelOf(slot);
  memory.fill(changetype<usize>(channel), 0, recordBytes);
  channel.kind = kind;
  channel.stage = stage;
  channel.deadline = neverDeadline;
  channel.handle = (++lastGeneration << slotBits) | mark | slot;
  count++;
  return channel;
}

/** Gives the record back, and closes its socket. */
export function freeChannel(channel: Channel): void {
  detachSocket(channel);
  if ((channel.notices & isSpent) != 0) spentCount--;
  channel.kind = freeKind;
  channel.handle = 0;
  count--;
}

/** Notes that a channel is of no more use; its handle stays until JavaScript closes it. */
export function spend(channel: Channel): void {
  if ((channel.notices & isSpent) == 0) spentCount++;
  channel.notices |= isSpent;
}

/** How many there are that keep the instance alive. */
export function channelCount(): u32 {
  return count - spentCount;
}

/** No channel has a higher slot. */
export function channelEnd(): u32 {
  return end;
}

/** The channel of a slot below `channelEnd`; null when it is free. */
export function channelAt(slot: u32): Channel | null {
  const channel = channelOf(slot);
  return channel.kind == freeKind ? null : channel;
}

/** The channel of a handle that JavaScript gave, if it is of this kind. */
export function findChannel(handle: u64, kind: u32): Channel | null {
  const slot = slotOf(handle);
  if (handle == 0 || (handle & mark) == 0 || slot >= end) return null;
  const channel = channelOf(slot);
  return channel.handle == handle && channel.kind == kind ? channel : null;
}

/** Which slot a channel has. */
export function slotOf(handle: u64): u32 {
  return <u32>(handle & (mark - 1));
}

/** Gives a channel its socket, whose readiness is reported from now on. */
export function attachSocket(channel: Channel, socket: u32): void {
  channel.socketPlusOne = socket + 1;
  store<u16>(slots + socket * 2, slotOf(channel.handle));
  setOwner(socket, channelOwner);
}

/** Closes a channel's socket, if it has one. */
export function detachSocket(channel: Channel): void {
  if (channel.socketPlusOne != 0) closeSocket(socketOf(channel));
  channel.socketPlusOne = 0;
}

/** The socket of a channel that has one. */
export function socketOf(channel: Channel): u32 {
  return channel.socketPlusOne - 1;
}

/** The channel that has a socket of `channelOwner`. */
export function channelOfSocket(socket: u32): Channel {
  return channelOf(load<u16>(slots + socket * 2));
}

/** One of the addresses to try. */
export function addressAt(channel: Channel, index: u32): usize {
  return changetype<usize>(channel) + addressesOffset + index * addressBytes;
}

function channelOf(slot: u32): Channel {
  const frame = load<u32>(frames + slot / recordsOfFrame * 4);
  return changetype<Channel>(<usize>(frame + slot % recordsOfFrame * recordBytes));
}
