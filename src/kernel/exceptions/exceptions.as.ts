// Room for exceptions. When there is none left, those to which nothing refers any more are given
// up: a reference is any aligned word on the stack, among the variables of compiled code, or in an
// exception that stays, whose value is the address of one. A number that looks like one only keeps
// an exception for longer.
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { exit } from "../boot/exit.as";
import { beginMessage, endMessage } from "../console/message.as";
import { allocateFrames, frameBytes } from "../memory/frames.as";

const frameCount: u32 = 64;
const granuleBytes: u32 = 16;
const granuleCount: u32 = (frameCount * frameBytes) / granuleBytes;
const outOfMemoryExitStatus: u32 = 137;

/** Bits by granule: where an exception begins; those found alive; those looked through already. */
const starts = memory.data(2048);
const alive = memory.data(2048);
const searched = memory.data(2048);

let arena: usize = 0;
let next: u32 = 0;

/**
 * Room for an exception with so many words of values (contracts/exceptions.ts); ends the instance
 * when too many are alive. The stack is searched from the given pointer on.
 */
export function exceptionAllocate(words: u32, stackPointer: u64): usize {
  const needed = (8 + words * 8 + granuleBytes - 1) / granuleBytes;
  if (arena == 0) arena = allocateFrames(frameCount);
  if (arena == 0) giveUp();
  if (!findRoom(needed)) {
    collect(stackPointer);
    next = 0;
    if (!findRoom(needed)) giveUp();
  }
  const place = arena + next * granuleBytes;
  store<u32>(place, needed);
  setBit(starts, next);
  next += needed;
  return place;
}

/** Moves `next` to the first granules from there on that are free and many enough. */
function findRoom(needed: u32): bool {
  let free: u32 = 0;
  while (free < needed) {
    if (next + needed > granuleCount) return false;
    if (isSet(starts, next + free)) {
      next += free;
      next += load<u32>(arena + next * granuleBytes);
      free = 0;
    } else free++;
  }
  return true;
}

function collect(stackPointer: u64): void {
  memory.fill(alive, 0, granuleCount / 8);
  memory.fill(searched, 0, granuleCount / 8);
  search((<usize>stackPointer + 7) & ~7, config.stackHigh);
  search((config.dataStart + 7) & ~7, config.dataEnd);
  while (searchFound()) {}
  for (let byte: u32 = 0; byte < granuleCount / 8; byte += 8) {
    store<u64>(starts + byte, load<u64>(starts + byte) & load<u64>(alive + byte));
  }
}

/** Looks through what was found alive and not looked through before; whether there was any. */
function searchFound(): bool {
  let isAny = false;
  for (let granule: u32 = 0; granule < granuleCount; granule++) {
    if (!isSet(alive, granule) || isSet(searched, granule)) continue;
    setBit(searched, granule);
    const place = arena + granule * granuleBytes;
    search(place + 8, place + load<u32>(place) * granuleBytes);
    isAny = true;
  }
  return isAny;
}

/** Notes the exceptions to which words of a range refer. */
function search(start: usize, end: usize): void {
  for (let at = start; at + 8 <= end; at += 8) {
    const offset = load<u64>(at) - <u64>arena;
    if (offset >= <u64>(granuleCount * granuleBytes)) continue;
    if ((offset & (granuleBytes - 1)) != 0) continue;
    const granule = <u32>offset / granuleBytes;
    if (isSet(starts, granule)) setBit(alive, granule);
  }
}

function isSet(bits: usize, index: u32): bool {
  return (load<u8>(bits + (index >> 3)) & (<u32>1 << (index & 7))) != 0;
}

function setBit(bits: usize, index: u32): void {
  const place = bits + (index >> 3);
  store<u8>(place, load<u8>(place) | (<u32>1 << (index & 7)));
}

function giveUp(): void {
  beginMessage(text("no memory is left for exceptions: too many are thrown and kept"));
  endMessage();
  exit(outOfMemoryExitStatus);
}
