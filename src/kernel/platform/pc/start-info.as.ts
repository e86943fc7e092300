// The PVH boot record (Xen public/arch-x86/hvm/start_info.h): where memory is, the command line and
// the launch record. Outside bytes: every address and count is checked before it is used.
import * as config from "../../base/config.as";
import { readLaunchRecord } from "../../launch/launch-record.as";
import { addFrames } from "../../memory/frames.as";
import { readCommandLine } from "./command-line.as";

const magic: u32 = 0x336e_c578;
const recordBytes: u64 = 56;
const mapEntryBytes: u64 = 24;
const mapEntryLimit: u32 = 128;
const usableMemory: u32 = 1;
const launchRecordLimit: u64 = 0x10_0000;

const imageStart: u64 = 0x10_0000;
const firstUsableAddress: u64 = 0x1_0000;
const windowEnd: u64 = 0x1_0000_0000;

let memoryEnd: u64 = 0;
let recordStart: u64 = 0;
let recordEnd: u64 = 0;

/** Reads the record; false when it is none or tells of no memory. */
export function readStartInfo(address: u64): bool {
  if (!isReadable(address, recordBytes)) return false;
  const info = <usize>address;
  if (load<u32>(info) != magic || load<u32>(info, 4) == 0) return false;
  const commandLine = load<u64>(info, 24);
  if (isReadable(commandLine, 1)) readCommandLine(<usize>commandLine, windowEnd);
  if (load<u32>(info, 12) != 0) findLaunchRecord(load<u64>(info, 16));
  return readMemoryMap(load<u64>(info, 40), load<u32>(info, 48));
}

/** End of the memory below 4 GiB. */
export function endOfMemory(): u64 {
  return memoryEnd;
}

/** Takes the launch record into use, if there is one; the final page tables must stand. */
export function takeLaunchRecord(): void {
  // Below the first usable address and inside the image there are pages that are not mapped.
  const isBelowImage = recordStart >= firstUsableAddress && recordEnd <= imageStart;
  const isAboveImage = recordStart >= <u64>config.heapStart && recordEnd <= memoryEnd;
  if (!isBelowImage && !isAboveImage) return;
  readLaunchRecord(<usize>recordStart, <u32>(recordEnd - recordStart));
}

/** The launch record is the first module: u64 address, u64 length. */
function findLaunchRecord(module: u64): void {
  if (!isReadable(module, 32)) return;
  const start = load<u64>(<usize>module);
  const length = load<u64>(<usize>module, 8);
  if (length > launchRecordLimit || !isReadable(start, length)) return;
  recordStart = start;
  recordEnd = start + length;
}

function readMemoryMap(map: u64, count: u32): bool {
  if (count > mapEntryLimit || !isReadable(map, <u64>count * mapEntryBytes)) return false;
  // Frames overwrite what firmware left in memory, perhaps this very map: nothing is taken from
  // them before the last entry is read.
  for (let index: u32 = 0; index < count; index++) {
    const entry = <usize>map + index * <u32>mapEntryBytes;
    if (load<u32>(entry, 16) != usableMemory) continue;
    const start = load<u64>(entry);
    const end = start + load<u64>(entry, 8);
    if (start >= windowEnd || end < start) continue;
    addMemory(max(start, firstUsableAddress), min(end, windowEnd));
  }
  return memoryEnd > <u64>config.heapStart;
}

function addMemory(start: u64, end: u64): void {
  if (end > memoryEnd) memoryEnd = end;
  addAroundRecord(start, min(end, imageStart));
  addAroundRecord(max(start, config.heapStart), end);
}

function addAroundRecord(start: u64, end: u64): void {
  addFrames(start, min(end, recordStart));
  addFrames(max(start, recordEnd), end);
}

/** Whether bytes can be read before the final page tables stand: they lie in the window. */
function isReadable(start: u64, length: u64): bool {
  return start != 0 && start < windowEnd && length <= windowEnd - start;
}
