// Connections by their deadlines: a pairing heap whose links are in the records (Fredman,
// Sedgewick, Sleator and Tarjan, 1986), so that timers take no memory and cost nothing to wait for.
import { Connection } from "./connection.as";

let root: usize = 0;

/** The earliest deadline; the largest number when there is none. */
export function earliestDeadline(): u64 {
  return root == 0 ? 0xffff_ffff_ffff_ffff : changetype<Connection>(root).deadline;
}

/** Takes a connection that is due; 0 when there is none. */
export function takeDue(now: u64): usize {
  if (root == 0 || changetype<Connection>(root).deadline > now) return 0;
  const due = changetype<Connection>(root);
  root = mergePairs(due.child);
  due.child = 0;
  due.isTimed = 0;
  return changetype<usize>(due);
}

/** Has a connection taken at a deadline, or earlier if it already waits for an earlier one. */
export function setTimer(connection: Connection, deadline: u64): void {
  if (connection.isTimed != 0) {
    if (connection.deadline <= deadline) return;
    cancelTimer(connection);
  }
  connection.deadline = deadline;
  connection.isTimed = 1;
  connection.child = 0;
  connection.sibling = 0;
  connection.previous = 0;
  root = merge(root, changetype<usize>(connection));
}

/** Takes it out. */
export function cancelTimer(connection: Connection): void {
  if (connection.isTimed == 0) return;
  connection.isTimed = 0;
  const place = changetype<usize>(connection);
  const rest = mergePairs(connection.child);
  connection.child = 0;
  if (root == place) {
    root = rest;
    return;
  }
  // `previous` is the parent of a first child, else the sibling before it.
  const before = changetype<Connection>(connection.previous);
  if (before.child == place) before.child = connection.sibling;
  else before.sibling = connection.sibling;
  if (connection.sibling != 0) {
    changetype<Connection>(connection.sibling).previous = connection.previous;
  }
  connection.sibling = 0;
  root = merge(root, rest);
}

/** Makes one heap of two; neither root has siblings. */
function merge(left: usize, right: usize): usize {
  if (left == 0) return right;
  if (right == 0) return left;
  if (changetype<Connection>(right).deadline < changetype<Connection>(left).deadline) {
    const other = left;
    left = right;
    right = other;
  }
  const above = changetype<Connection>(left);
  const below = changetype<Connection>(right);
  below.sibling = above.child;
  if (above.child != 0) changetype<Connection>(above.child).previous = right;
  below.previous = left;
  above.child = right;
  return left;
}

/** Makes one heap of a list of siblings: in pairs from the front, then all from the back. */
function mergePairs(first: usize): usize {
  let pairs: usize = 0;
  while (first != 0) {
    const one = changetype<Connection>(first);
    const second = one.sibling;
    one.sibling = 0;
    let rest: usize = 0;
    if (second != 0) {
      rest = changetype<Connection>(second).sibling;
      changetype<Connection>(second).sibling = 0;
    }
    const merged = merge(first, second);
    changetype<Connection>(merged).sibling = pairs;
    pairs = merged;
    first = rest;
  }
  let whole: usize = 0;
  while (pairs != 0) {
    const next = changetype<Connection>(pairs).sibling;
    changetype<Connection>(pairs).sibling = 0;
    whole = merge(whole, pairs);
    pairs = next;
  }
  if (whole != 0) changetype<Connection>(whole).previous = 0;
  return whole;
}
