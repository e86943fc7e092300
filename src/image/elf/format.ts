/** Numbers of the ELF64 file format (System V ABI, chapters 4 and 5; x86-64 supplement). */

/** Bytes of the file header, a program header, a section header and a symbol. */
export const elfSizes = { file: 64, program: 56, section: 64, symbol: 24 } as const;

/** "\x7fELF" read as a little-endian u32. */
export const elfMagic = 0x464c457f;

/** Values of `e_ident`, `e_type` and `e_machine` that Tsuki writes and reads. */
export const elfIdentity = {
  class64: 2,
  littleEndian: 1,
  version: 1,
  typeExecutable: 2,
  machineX64: 62,
} as const;

/** Kinds of program headers (`p_type`). */
export const programType = { load: 1, interpreter: 3, note: 4, gnuStack: 0x6474e551 } as const;

/** Permission bits of a program header (`p_flags`). */
export const programFlags = { execute: 1, write: 2, read: 4 } as const;

/** Kinds of section headers (`sh_type`). */
export const sectionType = { contents: 1, symbols: 2, strings: 3 } as const;

/** Bits of a section header (`sh_flags`). */
export const sectionFlags = { allocated: 2, executable: 4 } as const;

/**
 * The note that names the 32-bit PVH entry point: owner "Xen", type XEN_ELFNOTE_PHYS32_ENTRY (Xen
 * public headers, elfnote.h), an 8-byte physical address.
 */
export const pvhNote = { owner: "Xen", type: 18, headerBytes: 12 } as const;

/** The page size that file offsets and addresses must agree in for a file to be mapped. */
export const elfPageBytes = 4096;
