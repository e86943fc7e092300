// What a monitor or boot loader tells of the machine, in one form whoever told it: PVH's
// start_info, Multiboot 2's boot information, Linux's zero page. The three agree on how an entry of
// a memory map begins: u64 start, u64 length, u32 type. Outside bytes: what is used is checked.
import { rootPointerBytes, rootTableAddress } from "../../acpi/table.as";
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import { commandLineLimit, readCommandLine } from "./command-line.as";
import { complain } from "./complaint.as";
import { makeReadable } from "./readable-memory.as";

/** The type of a memory map's entry that is memory. */
export const usableMemory: u32 = 1;

const mapEntryLimit: u32 = 128;
const smallestEntryBytes: u32 = 20;
const largestEntryBytes: u32 = 64;
const moduleLimit: u64 = 0x10_0000;

let map: usize = 0;
let mapCount: u32 = 0;
let mapStride: u32 = 0;
let moduleStart: u64 = 0;
let moduleEnd: u64 = 0;
let acpiRoot: u64 = 0;

/** Takes the memory map, unless it cannot be one. */
export function noteMemoryMap(start: u64, count: u32, stride: u32): void {
  if (count > mapEntryLimit || stride < smallestEntryBytes || stride > largestEntryBytes) return;
  if (!makeReadable(start, <u64>count * stride)) return;
  map = <usize>start;
  mapCount = count;
  mapStride = stride;
}

/** Reads the command line, if there is one. */
export function noteCommandLine(start: u64): void {
  if (makeReadable(start, commandLineLimit)) readCommandLine(<usize>start);
}

/** Takes the first module, the launch record. */
export function noteModule(start: u64, length: u64): void {
  if (length > moduleLimit || start > u32.MAX_VALUE) return;
  moduleStart = start;
  moduleEnd = start + length;
}

/** Entries of the memory map. */
export function memoryMapCount(): u32 {
  return mapCount;
}

/** Where an entry of the memory map stands. */
export function memoryMapEntry(index: u32): usize {
  return map + index * mapStride;
}

/** Where the launch record begins. */
export function launchRecordStart(): u64 {
  return moduleStart;
}

/** Where the launch record ends. */
export function launchRecordEnd(): u64 {
  return moduleEnd;
}

/** Looks up where ACPI's table of tables is: the pointer to it may lie in memory that is reused. */
@inline
export function noteAcpiPointer(address: u64): void {
  if (config.usesAcpi && address != 0) readAcpiPointer(address);
}

function readAcpiPointer(address: u64): void {
  acpiRoot = makeReadable(address, rootPointerBytes) ? rootTableAddress(<usize>address) : 0;
  if (acpiRoot == 0) complain(text("the firmware's ACPI root pointer is none"));
}

/** Where ACPI's table of tables is, 0 when nobody told. */
export function acpiRootTable(): u64 {
  return acpiRoot;
}
