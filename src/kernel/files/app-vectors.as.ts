// A walk along vectors of the app's, whose ranges are checked: (u32 address, u32 length) each. What
// is moved may change the list itself, which costs the app its bytes and nobody else's.
import * as app from "../base/machine/app.as";

let next: u32 = 0;
let left: u32 = 0;
let place: u32 = 0;
let room: u32 = 0;

/** Begins a walk along `count` vectors; their bytes. */
export function beginVectors(list: u32, count: u32): u32 {
  next = list;
  left = count;
  room = 0;
  let total: u32 = 0;
  for (let index: u32 = 0; index < count; index++) total += app.load32(list + index * 8 + 4);
  return total;
}

/** Moves bytes of the kernel's to where the walk is, and walks on. */
export function giveToApp(from: usize, length: u32): void {
  while (length != 0 && findRoom()) {
    const part = min(length, room);
    app.copyOut(place, from, part);
    walkOn(part);
    from += part;
    length -= part;
  }
}

/** Moves the app's bytes from where the walk is, and walks on. */
export function takeFromApp(to: usize, length: u32): void {
  while (length != 0 && findRoom()) {
    const part = min(length, room);
    app.copyIn(to, place, part);
    walkOn(part);
    to += part;
    length -= part;
  }
}

function findRoom(): bool {
  while (room == 0 && left != 0) {
    place = app.load32(next);
    room = app.load32(next + 4);
    next += 8;
    left--;
  }
  return room != 0;
}

function walkOn(length: u32): void {
  place += length;
  room -= length;
}
