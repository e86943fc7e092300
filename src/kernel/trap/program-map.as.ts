// The program map: which function a code address belongs to (contracts/program-map.ts).
import * as config from "../base/config.as";

const recordBytes: u32 = 16;

/** The record of the function that contains a code address, 0 when there is none. */
export function findFunction(address: u64): usize {
  let low: u32 = 0;
  let high: u32 = config.functionCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (<u64>functionEnd(recordAt(middle)) <= address) low = middle + 1;
    else high = middle;
  }
  const record = recordAt(low);
  const isFound = low < config.functionCount && <u64>functionStart(record) <= address;
  return isFound ? record : 0;
}

function recordAt(index: u32): usize {
  return config.functionTable + index * recordBytes;
}

/** Address of a function's first instruction. */
export function functionStart(record: usize): u32 {
  return load<u32>(record);
}

/** Bytes between the stack pointer and the return address, once the prologue is done. */
export function frameBytesOf(record: usize): u32 {
  return load<u32>(record, 8);
}

/** Address of a function's name: u16 length, UTF-8 bytes; 0 without name or record. */
export function functionName(record: usize): usize {
  if (record == 0) return 0;
  return load<usize>(record, 12);
}

function functionEnd(record: usize): u32 {
  return load<u32>(record, 4);
}
