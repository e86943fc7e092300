// The image's own arguments and variables (contracts/image-defaults.ts), for want of others: its
// arguments count when none are given behind the program's name, or not even that; each variable
// when no other of its name is given.
import * as config from "../base/config.as";
import * as app from "../base/machine/app.as";
import { argumentList, environmentList, givenCount, isGiven } from "./given-strings.as";

const headerBytes: u32 = 8;
const equalsSign: u32 = 0x3d;

let visitedCount: u32 = 0;
let visitedBytes: u32 = 0;

/** How many of a list's defaults count. */
export function defaultCount(list: u32): u32 {
  visit(list, false, 0, 0);
  return visitedCount;
}

/** Their bytes, with a NUL behind each. */
export function defaultBytes(list: u32): u32 {
  visit(list, false, 0, 0);
  return visitedBytes;
}

/** Copies them into checked app memory: a pointer for each, and the strings. */
export function copyDefaults(list: u32, pointers: u32, buffer: u32): void {
  visit(list, true, pointers, buffer);
}

/** Copies a default variable's value into kernel memory: its bytes, -1, or -2 if too long. */
export function copyDefaultVariable(name: usize, buffer: usize, capacity: u32): i32 {
  let entry = entriesOf(environmentList);
  for (let left = countOf(environmentList); left != 0; left--) {
    const end = entryEnd(environmentList, entry);
    const value = stringEnd(entry);
    const length = <u32>(end - 1 - value);
    if (areEqual(entry, name)) {
      if (length > capacity) return -2;
      memory.copy(buffer, value, length);
      return length;
    }
    entry = end;
  }
  return -1;
}

function visit(list: u32, copies: bool, pointers: u32, buffer: u32): void {
  visitedCount = 0;
  visitedBytes = 0;
  const givenArguments = givenCount(argumentList);
  if (list == argumentList && givenArguments > 1) return;
  let entry = entriesOf(list);
  for (let index: u32 = 0; index < countOf(list); index++) {
    const end = entryEnd(list, entry);
    const isMeant = list == argumentList ? index >= givenArguments : !isGiven(entry);
    if (isMeant && copies) {
      app.store32(pointers + visitedCount * 4, buffer + visitedBytes);
      copyEntry(list, entry, end, buffer + visitedBytes);
    }
    if (isMeant) {
      visitedCount++;
      visitedBytes += <u32>(end - entry);
    }
    entry = end;
  }
}

/** A variable's name has a NUL behind it here, and an equals sign where the app sees it. */
function copyEntry(list: u32, entry: usize, end: usize, appPointer: u32): void {
  app.copyOut(appPointer, entry, <u32>(end - entry));
  if (list == environmentList) {
    app.store8(appPointer + <u32>(stringEnd(entry) - 1 - entry), equalsSign);
  }
}

function countOf(list: u32): u32 {
  return load<u32>(config.defaults + list * 4);
}

function entriesOf(list: u32): usize {
  let entry: usize = config.defaults + headerBytes;
  if (list == environmentList) {
    for (let left = countOf(argumentList); left != 0; left--) entry = stringEnd(entry);
  }
  return entry;
}

function entryEnd(list: u32, entry: usize): usize {
  const end = stringEnd(entry);
  return list == environmentList ? stringEnd(end) : end;
}

/** Behind a string's NUL. */
function stringEnd(start: usize): usize {
  while (load<u8>(start) != 0) start++;
  return start + 1;
}

function areEqual(first: usize, second: usize): bool {
  for (; load<u8>(first) == load<u8>(second); first++, second++) {
    if (load<u8>(first) == 0) return true;
  }
  return false;
}
