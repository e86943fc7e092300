// The PVH boot record (Xen public/arch-x86/hvm/start_info.h): where memory is, the command line and
// the launch record. It is read when something of it is first needed, which small programs never
// do. Outside bytes: every address and count is checked before it is used.
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import { exit } from "../../boot/exit.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { readLaunchRecord } from "../../launch/launch-record.as";
import { addFrames } from "../../memory/frames.as";
import { countAppFrames } from "./app-pages.as";
import { commandLineLimit, readCommandLine } from "./command-line.as";
import { ioApicBase } from "./io-apic.as";
import { growStack } from "./native-stack.as";
import {
  firstMappedAddress,
  mapWindow,
  readOnly,
  readWrite,
  unmapFirstPages,
} from "./page-tables.as";

const magic: u32 = 0x336e_c578;
const recordBytes: u64 = 56;
const moduleBytes: u64 = 32;
const mapEntryBytes: u64 = 24;
const mapEntryLimit: u32 = 128;
const usableMemory: u32 = 1;
const launchRecordLimit: u64 = 0x10_0000;

const imageStart: u64 = 0x10_0000;

/** Exit status when the machine cannot run the instance. */
const startFailure: u32 = 125;

let startInfo: u64 = 0;
let isRead = false;
let isLaunchRecordTaken = false;
let memoryEnd: u64 = 0;
let recordStart: u64 = 0;
let recordEnd: u64 = 0;

/** Notes where the record lies. */
export function keepStartInfo(address: u64): void {
  startInfo = address;
}

/**
 * Reads the record, if that has not been done: gives the machine's memory to the allocator of
 * frames and maps it. Ends the instance with one line when the record is none.
 */
export function findMemory(): void {
  if (isRead) return;
  isRead = true;
  if (!readStartInfo()) {
    beginMessage(text("no usable PVH boot record: start the image by PVH"));
    endMessage();
    exit(startFailure);
  }
  mapWindow(config.heapStart, memoryEnd, readWrite);
  unmapFirstPages();
  growStack();
  countAppFrames();
}

/** Takes the launch record into use, if there is one and that has not been done. */
export function takeLaunchRecord(): void {
  if (isLaunchRecordTaken) return;
  isLaunchRecordTaken = true;
  findMemory();
  // Below the first mapped address and inside the image there are pages that are not mapped.
  const isBelowImage = recordStart >= firstMappedAddress && recordEnd <= imageStart;
  const isAboveImage = recordStart >= <u64>config.heapStart && recordEnd <= memoryEnd;
  if (!isBelowImage && !isAboveImage) return;
  readLaunchRecord(<usize>recordStart, <u32>(recordEnd - recordStart));
}

function readStartInfo(): bool {
  if (!makeReadable(startInfo, recordBytes)) return false;
  const info = <usize>startInfo;
  if (load<u32>(info) != magic || load<u32>(info, 4) == 0) return false;
  const commandLine = load<u64>(info, 24);
  if (makeReadable(commandLine, commandLineLimit)) readCommandLine(<usize>commandLine);
  if (load<u32>(info, 12) != 0) findLaunchRecord(load<u64>(info, 16));
  return readMemoryMap(load<u64>(info, 40), load<u32>(info, 48));
}

/** The launch record is the first module: u64 address, u64 length. */
function findLaunchRecord(module: u64): void {
  if (!makeReadable(module, moduleBytes)) return;
  const start = load<u64>(<usize>module);
  const length = load<u64>(<usize>module, 8);
  if (length > launchRecordLimit || start >= ioApicBase) return;
  recordStart = start;
  recordEnd = start + length;
}

function readMemoryMap(map: u64, count: u32): bool {
  if (count > mapEntryLimit || !makeReadable(map, <u64>count * mapEntryBytes)) return false;
  // Frames overwrite what firmware left in memory, perhaps this very map: nothing is taken from
  // them before the last entry is read.
  for (let index: u32 = 0; index < count; index++) {
    const entry = <usize>map + index * <u32>mapEntryBytes;
    if (load<u32>(entry, 16) != usableMemory) continue;
    const start = load<u64>(entry);
    const end = start + load<u64>(entry, 8);
    if (start >= ioApicBase || end < start) continue;
    addMemory(max(start, firstMappedAddress), min(end, ioApicBase));
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

/** Maps what the monitor left somewhere below the devices; false when it cannot lie there. */
function makeReadable(start: u64, length: u64): bool {
  if (start == 0 || start >= ioApicBase || length > ioApicBase - start) return false;
  const end = start + length;
  if (end <= imageStart) {
    // Above, everything is mapped already, and will stay so.
    if (start < firstMappedAddress) mapWindow(start, min(end, firstMappedAddress), readOnly);
    return true;
  }
  // Nothing lies in the image but the image itself.
  if (start < <u64>config.heapStart) return false;
  mapWindow(start, end, readOnly);
  return true;
}
