// The boot record of Multiboot 2 loaders (Multiboot 2 specification, 3.6): tags one behind another.
import { noteAcpiPointer, noteCommandLine, noteMemoryMap, noteModule } from "./boot-record.as";
import { makeReadable } from "./readable-memory.as";

const headBytes: u32 = 8;
const totalLimit: u32 = 0x10_0000;
const commandLineTag: u32 = 1;
const moduleTag: u32 = 3;
const memoryMapTag: u32 = 6;
const oldAcpiTag: u32 = 14;
const newAcpiTag: u32 = 15;

/** The longest head of a tag that is read here: the rest of it is up to whoever reads that. */
const tagBytes: u32 = 16;

let hasModule = false;

/** Reads boot information, as far as it is some. */
export function readMultiboot(address: u64): void {
  if (!makeReadable(address, headBytes)) return;
  const total = load<u32>(<usize>address);
  if (total > totalLimit || !makeReadable(address, total)) return;
  let left = total - headBytes;
  let tag = <usize>address + headBytes;
  while (total >= headBytes && left >= tagBytes) {
    const bytes = load<u32>(tag, 4);
    if (bytes < headBytes || bytes > left) return;
    readTag(tag, bytes);
    const padded = min((bytes + 7) & ~7, left);
    left -= padded;
    tag += padded;
  }
}

function readTag(tag: usize, bytes: u32): void {
  const kind = load<u32>(tag);
  const contents = tag + headBytes;
  if (kind == commandLineTag) {
    noteCommandLine(contents);
  } else if (kind == moduleTag && !hasModule && bytes >= tagBytes) {
    hasModule = true;
    const start = <u64>load<u32>(contents);
    const end = <u64>load<u32>(contents, 4);
    if (end >= start) noteModule(start, end - start);
  } else if (kind == memoryMapTag && bytes >= tagBytes) {
    const stride = load<u32>(contents);
    if (stride != 0) noteMemoryMap(tag + tagBytes, (bytes - tagBytes) / stride, stride);
  } else if (kind == oldAcpiTag || kind == newAcpiTag) {
    // A copy of the pointer; the newer kind comes behind the older one.
    noteAcpiPointer(contents);
  }
}
