// What streams have to send and their sockets do not take yet. It stays where JavaScript has it;
// entries of 24 bytes tell what: u64 token, u32 length, u32 bytes sent, u32 next entry and one.
import * as errno from "../base/errno.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import { readinessOf, writable } from "../net/socket-table.as";
import { sendParts } from "../net/sockets.as";
import { Channel, socketOf } from "./channels.as";
import { heldStart, releaseToken } from "./held-bytes.as";

/** Outcome of sending: something is left. */
export const someLeft: i32 = 1;

const entryBytes: u32 = 24;
const entriesOfFrame: u32 = 170;
const frameLimit: u32 = 64;
const lengthOffset: usize = 8;
const sentOffset: usize = 12;
const nextOffset: usize = 16;

const frames = memory.data(256, 4);
let made: u32 = 0;
let freeHead: u32 = 0; // entry + 1

/** Adds held bytes, which it takes; false when there is no room for them. */
export function addOutput(channel: Channel, token: u64, length: u32): bool {
  const entry = takeEntry();
  if (entry == 0) {
    releaseToken(token);
    return false;
  }
  const record = recordOf(entry);
  store<u64>(record, token);
  store<u32>(record, length, lengthOffset);
  store<u32>(record, 0, sentOffset);
  store<u32>(record, 0, nextOffset);
  if (channel.firstOutput == 0) channel.firstOutput = entry;
  else store<u32>(recordOf(channel.lastOutput), entry, nextOffset);
  channel.lastOutput = entry;
  return true;
}

/** Sends what the socket takes: 0 when that was all, `someLeft`, or a negated error number. */
export function sendOutput(channel: Channel): i32 {
  const socket = socketOf(channel);
  while (channel.firstOutput != 0) {
    const record = recordOf(channel.firstOutput);
    const length = load<u32>(record, lengthOffset);
    const done = load<u32>(record, sentOffset);
    const start = heldStart(load<u64>(record), length);
    if (start == 0) return -<i32>errno.canceled;
    const sent = sendParts(socket, 0, 0, start + done, length - done);
    if (sent == -<i64>errno.again) return someLeft;
    if (sent < 0) return <i32>sent;
    store<u32>(record, done + <u32>sent, sentOffset);
    if (done + <u32>sent == length) removeFirst(channel);
    else if ((readinessOf(socket) & writable) == 0) return someLeft;
  }
  return 0;
}

/** Forgets what is left to send. */
export function dropOutput(channel: Channel): void {
  while (channel.firstOutput != 0) removeFirst(channel);
}

function removeFirst(channel: Channel): void {
  const entry = channel.firstOutput;
  const record = recordOf(entry);
  channel.firstOutput = load<u32>(record, nextOffset);
  releaseToken(load<u64>(record));
  store<u32>(record, freeHead, nextOffset);
  freeHead = entry;
}

function takeEntry(): u32 {
  if (freeHead != 0) {
    const entry = freeHead;
    freeHead = load<u32>(recordOf(entry), nextOffset);
    return entry;
  }
  if (made == frameLimit * entriesOfFrame) return 0;
  const place = frames + made / entriesOfFrame * 4;
  if (load<u32>(place) == 0) store<u32>(place, <u32>allocateZeroedFrame());
  return load<u32>(place) == 0 ? 0 : ++made;
}

function recordOf(entry: u32): usize {
  const frame = load<u32>(frames + (entry - 1) / entriesOfFrame * 4);
  return frame + (entry - 1) % entriesOfFrame * entryBytes;
}
