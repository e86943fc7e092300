// The boot record of Linux's 64-bit protocol (Linux Documentation/arch/x86/zero-page.rst), as
// Firecracker and our own UEFI loader give it.
import { noteAcpiPointer, noteCommandLine, noteMemoryMap, noteModule } from "./boot-record.as";
import { makeReadable } from "./readable-memory.as";

const recordBytes: u64 = 4096;
const headerMagic: u32 = 0x5372_6448; // "HdrS"
const mapEntryBytes: u32 = 20;

/** Reads a zero page, if it is one. */
export function readZeroPage(address: u64): void {
  if (!makeReadable(address, recordBytes)) return;
  const page = <usize>address;
  if (load<u32>(page, 0x202) != headerMagic) return;
  noteCommandLine(join(page, 0x228, 0xc8));
  noteAcpiPointer(load<u64>(page, 0x70));
  noteModule(join(page, 0x218, 0xc0), join(page, 0x21c, 0xc4));
  noteMemoryMap(address + 0x2d0, load<u8>(page, 0x1e8), mapEntryBytes);
}

/** A number whose halves stand at two places. */
function join(page: usize, low: usize, high: usize): u64 {
  return <u64>load<u32>(page + low) | (<u64>load<u32>(page + high) << 32);
}
