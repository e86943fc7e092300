// Arguments and environment as the host lays them out above the initial stack: argc, argv[], 0,
// envp[], 0 (System V ABI for x86-64, 3.4.1).
import * as app from "../../base/machine/app.as";
import * as mmio from "../../base/machine/mmio.as";

const equalsSign: u32 = 0x3d;

let argumentCount: u32 = 0;
let argumentVector: u64 = 0;

/** Remembers where the host put them; `record` is the address of argc. */
export function findLinuxArguments(record: u64): void {
  argumentCount = <u32>mmio.read64(record);
  argumentVector = record + 8;
}

/** Address of the pointers to the arguments (list 0) or the environment (list 1). */
function vectorOf(list: u32): u64 {
  return list == 0 ? argumentVector : argumentVector + (<u64>argumentCount + 1) * 8;
}

/** Where the address of a list's string stands; those behind it follow, and 0. */
export function linuxStringPlace(list: u32, index: u32): u64 {
  return vectorOf(list) + <u64>index * 8;
}

/** Strings in a list. */
export function linuxStringCount(list: u32): u32 {
  if (list == 0) return argumentCount;
  let count: u32 = 0;
  while (mmio.read64(vectorOf(list) + <u64>count * 8) != 0) count++;
  return count;
}

/** Bytes of all strings of a list, with a NUL behind each. */
export function linuxStringBytes(list: u32): u32 {
  let total: u32 = 0;
  for (let entry = vectorOf(list), text = mmio.read64(entry); text != 0; ) {
    while (mmio.read8(text++) != 0) total++;
    total++;
    entry += 8;
    text = mmio.read64(entry);
  }
  return total;
}

/** Copies a list into checked app memory: a pointer for each string, and the strings. */
export function copyLinuxStrings(list: u32, pointers: u32, buffer: u32): void {
  for (let entry = vectorOf(list), text = mmio.read64(entry); text != 0; ) {
    app.store32(pointers, buffer);
    pointers += 4;
    for (let byte: u32 = 1; byte != 0; ) {
      byte = mmio.read8(text++);
      app.store8(buffer++, byte);
    }
    entry += 8;
    text = mmio.read64(entry);
  }
}

/** Copies an environment variable's value: its bytes, -1 if there is none, -2 if no room. */
export function copyLinuxVariable(name: usize, buffer: usize, capacity: u32): i32 {
  const value = findVariable(name);
  return value == 0 ? -1 : copyHostText(value, buffer, capacity);
}

/** Whether the environment has a variable. */
export function hasLinuxVariable(name: usize): bool {
  return findVariable(name) != 0;
}

/** Takes a variable out of the environment, so that the app does not see it. */
export function hideLinuxVariable(name: usize): void {
  let entry = findEntry(name);
  if (entry == 0) return;
  for (let start: u64 = 1; start != 0; entry += 8) {
    start = mmio.read64(entry + 8);
    mmio.write64(entry, start);
  }
}

/** Where a variable's value is, or 0. */
function findVariable(name: usize): u64 {
  const entry = findEntry(name);
  if (entry == 0) return 0;
  let start = mmio.read64(entry);
  while (mmio.read8(start) != equalsSign) start++;
  return start + 1;
}

/** Where the address of a variable's string stands, or 0. */
function findEntry(name: usize): u64 {
  for (let entry = vectorOf(1), start = mmio.read64(entry); start != 0; ) {
    let at: usize = 0;
    while (load<u8>(name + at) != 0 && load<u8>(name + at) == mmio.read8(start + at)) at++;
    if (load<u8>(name + at) == 0 && mmio.read8(start + at) == equalsSign) return entry;
    entry += 8;
    start = mmio.read64(entry);
  }
  return 0;
}

function copyHostText(start: u64, buffer: usize, capacity: u32): i32 {
  for (let length: u32 = 0; length <= capacity; length++) {
    const byte = mmio.read8(start + length);
    if (byte == 0) return length;
    if (length < capacity) store<u8>(buffer + length, byte);
  }
  return -2;
}
