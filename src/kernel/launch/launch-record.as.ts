// The launch record (contracts/control-channel.ts): arguments, environment and entropy, from the
// monitor. Outside bytes: nothing of it is used before all of it is checked.
import * as config from "../base/config.as";
import * as app from "../base/machine/app.as";
import { takeLaunchRecord } from "../platform/pc/machine-memory.as";
import { takeCommandLine } from "../platform/solo5/command-line.as";

/** What a record begins with. */
export const launchRecordMagic: u32 = 0x4b55_5354;

/** Bytes before its strings: the magic number, u32 counts of arguments and variables, entropy. */
export const launchRecordHeaderBytes: u32 = 44;

/** Bytes of entropy in the record. */
export const entropyBytes: u32 = 32;

let argumentCount: u32 = 0;
let environmentCount: u32 = 0;
let argumentStart: usize = 0;
let environmentStart: usize = 0;
let environmentEnd: usize = 0;
let entropyStart: usize = 0;

/** Checks a record and takes it into use; false, and no arguments, when it is malformed. */
export function readLaunchRecord(pointer: usize, length: u32): bool {
  if (length < launchRecordHeaderBytes || load<u32>(pointer) != launchRecordMagic) return false;
  const end = pointer + length;
  const firstCount = load<u32>(pointer, 4);
  const secondCount = load<u32>(pointer, 8);
  const first = pointer + launchRecordHeaderBytes;
  const second = skipStrings(first, end, firstCount);
  if (second == 0) return false;
  const third = skipStrings(second, end, secondCount);
  if (third == 0) return false;
  argumentCount = firstCount;
  environmentCount = secondCount;
  argumentStart = first;
  environmentStart = second;
  environmentEnd = third;
  entropyStart = pointer + 12;
  return true;
}

/** Has a platform find its record that has not looked yet. */
function takeRecord(): void {
  if (config.platform == config.pc) takeLaunchRecord();
  else if (config.platform == config.solo5) takeCommandLine();
}

/** Address of the entropy, 0 without a record. */
export function launchEntropy(): usize {
  takeRecord();
  return entropyStart;
}

/** Address behind `count` strings, 0 when they do not end before `end`. */
function skipStrings(pointer: usize, end: usize, count: u32): usize {
  for (; count != 0; count--) {
    while (pointer < end && load<u8>(pointer) != 0) pointer++;
    if (pointer >= end) return 0;
    pointer++;
  }
  return pointer;
}

/** Strings in the arguments (list 0) or the environment (list 1). */
export function recordStringCount(list: u32): u32 {
  takeRecord();
  return list == 0 ? argumentCount : environmentCount;
}

/** Bytes of all strings of a list, with a NUL behind each. */
export function recordStringBytes(list: u32): u32 {
  takeRecord();
  if (list == 0) return <u32>(environmentStart - argumentStart);
  return <u32>(environmentEnd - environmentStart);
}

/** Copies a list into checked app memory: a pointer for each string, and the strings. */
export function copyRecordStrings(list: u32, pointers: u32, buffer: u32): void {
  const length = recordStringBytes(list);
  const start = list == 0 ? argumentStart : environmentStart;
  app.copyOut(buffer, start, length);
  for (let index: u32 = 0; index < length; ) {
    app.store32(pointers, buffer + index);
    pointers += 4;
    while (load<u8>(start + index) != 0) index++;
    index++;
  }
}

/** Copies an environment variable's value: its bytes, -1 when it is not there, -2 when too long. */
export function copyRecordVariable(name: usize, buffer: usize, capacity: u32): i32 {
  const value = findVariable(name);
  if (value == 0) return -1;
  let length: u32 = 0;
  while (load<u8>(value + length) != 0) length++;
  if (length > capacity) return -2;
  memory.copy(buffer, value, length);
  return length;
}

/** Whether the environment has a variable. */
export function hasRecordVariable(name: usize): bool {
  return findVariable(name) != 0;
}

/** Where a variable's value is, or 0. */
function findVariable(name: usize): usize {
  takeRecord();
  let entry = environmentStart;
  for (let left = environmentCount; left != 0; left--) {
    let at: usize = 0;
    while (load<u8>(name + at) != 0 && load<u8>(name + at) == load<u8>(entry + at)) at++;
    if (load<u8>(name + at) == 0 && load<u8>(entry + at) == 0x3d) return entry + at + 1;
    entry += at;
    while (load<u8>(entry) != 0) entry++;
    entry++;
  }
  return 0;
}
