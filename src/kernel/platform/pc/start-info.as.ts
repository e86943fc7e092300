// The PVH boot record (Xen public/arch-x86/hvm/start_info.h).
import { noteAcpiPointer, noteCommandLine, noteMemoryMap, noteModule } from "./boot-record.as";
import { makeReadable } from "./readable-memory.as";

const magic: u32 = 0x336e_c578;
const recordBytes: u64 = 56;
const moduleBytes: u64 = 32;
const mapEntryBytes: u32 = 24;

/** Reads a start_info, if it is one with a memory map (version 1 on). */
export function readStartInfo(address: u64): void {
  if (!makeReadable(address, recordBytes)) return;
  const info = <usize>address;
  const mark = load<u32>(info);
  const version = load<u32>(info, 4);
  if (mark != magic || version == 0) return;
  noteCommandLine(load<u64>(info, 24));
  noteAcpiPointer(load<u64>(info, 32));
  const module = load<u64>(info, 16);
  if (load<u32>(info, 12) != 0 && makeReadable(module, moduleBytes)) {
    noteModule(load<u64>(<usize>module), load<u64>(<usize>module, 8));
  }
  noteMemoryMap(load<u64>(info, 40), load<u32>(info, 48), mapEntryBytes);
}
