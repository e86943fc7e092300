/** The smallest image QEMU boots: 32-bit machine code in an ELF file with a PVH note. */

/** Where the code is loaded and entered (1 MiB). */
const loadAddress = 0x10_0000;

const elfHeaderBytes = 52;
const programHeaderBytes = 32;
const noteBytes = 20;

/** XEN_ELFNOTE_PHYS32_ENTRY (Xen's public/elfnote.h): entered in 32-bit protected mode. */
const physicalEntryNote = 18;

/** An ELF32 file that enters `code` by the PVH protocol (System V ABI, chapter 4; Xen's x86/HVM). */
export function tinyGuest(code: Uint8Array): Uint8Array {
  const noteOffset = elfHeaderBytes + 2 * programHeaderBytes;
  const codeOffset = noteOffset + noteBytes;
  const entry = loadAddress + codeOffset;
  const file = new Uint8Array(codeOffset + code.length);
  const words = (offset: number, values: readonly number[]) => {
    const view = new DataView(file.buffer, offset);
    values.forEach((value, index) => view.setUint32(index * 4, value, true));
  };
  // e_ident: ELF, 32-bit, little-endian, version 1. e_type 2 and e_machine 3: an i386 program.
  words(0, [0x464c457f, 0x00010101, 0, 0, 0x0003_0002, 1, entry, elfHeaderBytes, 0, 0]);
  // e_ehsize, e_phentsize, e_phnum, and no sections.
  words(40, [elfHeaderBytes | (programHeaderBytes << 16), 2, 0]);
  const size = file.length;
  // PT_LOAD: the whole file, readable, writable and executable. PT_NOTE: the entry point.
  words(elfHeaderBytes, [1, 0, loadAddress, loadAddress, size, size, 7, 4096]);
  const noteAddress = loadAddress + noteOffset;
  words(elfHeaderBytes + programHeaderBytes, [
    ...[4, noteOffset, noteAddress, noteAddress],
    ...[noteBytes, noteBytes, 4, 4],
  ]);
  words(noteOffset, [4, 4, physicalEntryNote, 0x006e_6558, entry]);
  file.set(code, codeOffset);
  return file;
}

/** Code that writes each byte to its port, then halts for good. */
export function portWrites(writes: readonly (readonly [port: number, byte: number])[]): Uint8Array {
  const code = writes.flatMap(([port, byte]) => [
    ...[0x66, 0xba, port & 0xff, port >> 8], // mov dx, port
    ...[0xb0, byte], // mov al, byte
    0xee, // out dx, al
  ]);
  return Uint8Array.from([...code, 0xf4, 0xeb, 0xfd]); // hlt; jmp to it
}
