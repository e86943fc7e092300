// Connections that have something to do, each at most once, in the order in which that came up; and
// those that wait for a buffer.
import { Connection, connectionOf } from "./connections.as";

const working: u32 = 1;
const starving: u32 = 2;

// Sockets, plus one.
let first: u32 = 0;
let last: u32 = 0;
let firstStarving: u32 = 0;
let lastStarving: u32 = 0;

/** Has a connection served soon. */
export function enqueue(connection: Connection): void {
  if (connection.isQueued != 0) return;
  connection.isQueued = working;
  connection.nextQueued = 0;
  const entry = connection.socket + 1;
  if (first == 0) first = entry;
  else connectionOf(last - 1).nextQueued = entry;
  last = entry;
}

/** Has it served once somebody gives a buffer back. */
export function starve(connection: Connection): void {
  if (connection.isQueued != 0) return;
  connection.isQueued = starving;
  connection.nextQueued = 0;
  const entry = connection.socket + 1;
  if (firstStarving == 0) firstStarving = entry;
  else connectionOf(lastStarving - 1).nextQueued = entry;
  lastStarving = entry;
}

/** Takes the next one; null when nobody has anything to do. */
export function dequeue(): Connection | null {
  if (first == 0) return null;
  const connection = connectionOf(first - 1);
  first = connection.nextQueued;
  connection.isQueued = 0;
  return connection;
}

/** Whether anybody has something to do. */
export function hasQueued(): bool {
  return first != 0;
}

/** Has everybody served who waits for a buffer. */
export function feedStarving(): void {
  while (firstStarving != 0) {
    const connection = connectionOf(firstStarving - 1);
    firstStarving = connection.nextQueued;
    connection.isQueued = 0;
    enqueue(connection);
  }
}

/** Takes a connection that is about to go out of either queue. */
export function unqueue(connection: Connection): void {
  if (connection.isQueued == working) {
    remove(connection, first);
    if (first == connection.socket + 1) first = connection.nextQueued;
    else if (last == connection.socket + 1) last = before;
  } else if (connection.isQueued == starving) {
    remove(connection, firstStarving);
    if (firstStarving == connection.socket + 1) firstStarving = connection.nextQueued;
    else if (lastStarving == connection.socket + 1) lastStarving = before;
  }
  connection.isQueued = 0;
}

let before: u32 = 0;

/** Links the one before, whose entry is kept in `before`, with the one behind. */
function remove(connection: Connection, start: u32): void {
  const entry = connection.socket + 1;
  before = 0;
  for (let at = start; at != entry; at = connectionOf(at - 1).nextQueued) before = at;
  if (before != 0) connectionOf(before - 1).nextQueued = connection.nextQueued;
}
