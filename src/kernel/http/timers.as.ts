// How long connections may take. Each timer has one length, so its connections, in the order in
// which it was set for them, are in the order of their deadlines, too: setting and ending cost
// nothing.
import { neverDeadline } from "../boot/loop.as";
import { Connection, connectionOf } from "./connections.as";

/** No timer. */
const noTimer: u32 = 0;
/** Until the next request begins. */
export const idleTimer: u32 = 1;
/** From the first byte of a head to its last, however slowly bytes drip. */
export const headTimer: u32 = 2;
/** Until some more of a body has come. */
export const bodyTimer: u32 = 3;
/** Until some more of a response was taken. */
export const writeTimer: u32 = 4;
/** Until the client has closed, too. */
export const lingerTimer: u32 = 5;

const lengths = memory.data<u64>([
  0, 75_000_000_000, 15_000_000_000, 30_000_000_000, 30_000_000_000, 2_000_000_000,
]);
const timerCount: u32 = 6;

// For each timer the socket, plus one, of the first and the last connection that has it.
const lists = memory.data(48, 4);

/** As many bytes have to come or go before a body or write timer starts again. */
export const progressBytes: u32 = 4096;

/** Sets a connection's only timer, from now on. */
export function setTimer(connection: Connection, timer: u32, now: u64): void {
  clearTimer(connection);
  const list = lists + timer * 8;
  const last = load<u32>(list, 4);
  connection.timer = timer;
  connection.deadline = now + load<u64>(lengths + timer * 8);
  connection.progress = 0;
  connection.later = 0;
  connection.earlier = last;
  if (last == 0) store<u32>(list, connection.socket + 1);
  else connectionOf(last - 1).later = connection.socket + 1;
  store<u32>(list, connection.socket + 1, 4);
}

/** Ends it. */
export function clearTimer(connection: Connection): void {
  if (connection.timer == noTimer) return;
  const list = lists + connection.timer * 8;
  const earlier = connection.earlier;
  const later = connection.later;
  if (earlier == 0) store<u32>(list, later);
  else connectionOf(earlier - 1).later = later;
  if (later == 0) store<u32>(list, earlier, 4);
  else connectionOf(later - 1).earlier = earlier;
  connection.timer = noTimer;
}

/** The next deadline of all. */
export function nextTimerDeadline(): u64 {
  let deadline = neverDeadline;
  for (let timer = idleTimer; timer < timerCount; timer++) {
    const first = load<u32>(lists + timer * 8);
    if (first != 0) deadline = min(deadline, connectionOf(first - 1).deadline);
  }
  return deadline;
}

/** A connection whose time is over; null when there is none. */
export function takeExpired(now: u64): Connection | null {
  for (let timer = idleTimer; timer < timerCount; timer++) {
    const first = load<u32>(lists + timer * 8);
    if (first == 0) continue;
    const connection = connectionOf(first - 1);
    if (connection.deadline > now) continue;
    return connection;
  }
  return null;
}

/** The first connection of a timer, its socket plus one; 0 when there is none. */
export function firstWith(timer: u32): u32 {
  return load<u32>(lists + timer * 8);
}
