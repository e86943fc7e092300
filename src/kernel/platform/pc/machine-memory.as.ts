// The machine's memory. It is found when some is first needed, which small programs never do.
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import { readLaunchRecord } from "../../launch/launch-record.as";
import { addFrames } from "../../memory/frames.as";
import { checkRootTable } from "./acpi-tables.as";
import { countAppFrames } from "./app-pages.as";
import {
  launchRecordEnd,
  launchRecordStart,
  memoryMapCount,
  memoryMapEntry,
  usableMemory,
} from "./boot-record.as";
import { firstComplaint } from "./complaint.as";
import { addHighFrames } from "./high-frames.as";
import { ioApicBase } from "./io-apic.as";
import { readMultiboot } from "./multiboot.as";
import { reserveStack } from "./native-stack.as";
import {
  firstMappedAddress,
  imageStart,
  mapWindow,
  readWrite,
  unmapFirstPages,
  windowEnd,
} from "./page-tables.as";
import { makeReadable } from "./readable-memory.as";
import { refuseMachine } from "./refusal.as";
import { readStartInfo } from "./start-info.as";
import { readZeroPage } from "./zero-page.as";

// The kinds of boot records, in the two lowest bits of the address (contracts: bootRecordKinds).
const kindBits: u64 = 3;
const startInfo: u64 = 0;
const multiboot: u64 = 1;

let bootRecord: u64 = 0;
let isRead = false;
let isLaunchRecordTaken = false;
let memoryEnd: u64 = 0;

/** Notes where the boot record lies. */
export function keepBootRecord(address: u64): void {
  bootRecord = address;
}

/**
 * Reads the boot record, if that has not been done: gives the machine's memory to the allocator of
 * frames and maps it. Ends the instance with one line when the record is none.
 */
export function findMemory(): void {
  if (!isRead) readMemory();
}

function readMemory(): void {
  isRead = true;
  readBootRecord();
  readMemoryMap();
  if (memoryEnd <= <u64>config.heapStart) {
    refuseMachine(text("no memory: start the image by PVH, Multiboot 2 or Linux's 64-bit entry"));
  }
  mapWindow(firstMappedAddress, imageStart, readWrite);
  mapWindow(config.heapStart, memoryEnd, readWrite);
  unmapFirstPages();
  reserveStack();
  countAppFrames();
  if (config.usesAcpi) checkRootTable();
  if (firstComplaint() != 0) refuseMachine(firstComplaint());
}

/** Takes the launch record into use, if there is one and that has not been done. */
export function takeLaunchRecord(): void {
  if (!isLaunchRecordTaken) findLaunchRecord();
}

function findLaunchRecord(): void {
  isLaunchRecordTaken = true;
  findMemory();
  const start = launchRecordStart();
  const end = launchRecordEnd();
  // Below the first mapped address and inside the image there are pages that are not mapped.
  const isBelowImage = start >= firstMappedAddress && end <= imageStart;
  const isAboveImage = start >= <u64>config.heapStart && end <= memoryEnd;
  // Firmware may keep for itself what lies around it: SeaBIOS does, for three disks and more.
  const isMapped = isBelowImage || isAboveImage || makeReadable(start, end - start);
  if (isMapped) readLaunchRecord(<usize>start, <u32>(end - start));
}

function readBootRecord(): void {
  const address = bootRecord & ~kindBits;
  const kind = bootRecord & kindBits;
  if (kind == startInfo) readStartInfo(address);
  else if (kind == multiboot) readMultiboot(address);
  else readZeroPage(address);
}

function readMemoryMap(): void {
  // Frames overwrite what firmware left in memory, perhaps this very map: nothing is taken from
  // them before the last entry is read.
  for (let index: u32 = 0; index < memoryMapCount(); index++) {
    const entry = memoryMapEntry(index);
    const start = load<u64>(entry);
    const end = start + load<u64>(entry, 8);
    if ((load<u32>(entry, 16) != usableMemory) | (end < start)) continue;
    if (start < ioApicBase) addMemory(max(start, firstMappedAddress), min(end, ioApicBase));
    else if (start >= windowEnd) addHighFrames(start, end);
  }
}

function addMemory(start: u64, end: u64): void {
  memoryEnd = max(memoryEnd, end);
  addAroundRecord(start, min(end, imageStart));
  addAroundRecord(max(start, config.heapStart), end);
}

function addAroundRecord(start: u64, end: u64): void {
  addFrames(start, min(end, launchRecordStart()));
  addFrames(max(start, launchRecordEnd()), end);
}
