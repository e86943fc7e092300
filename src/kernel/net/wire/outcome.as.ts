// What parsing comes to.

/** The packet is as its standard wants it; the representation is filled in. */
export const wellFormed: u32 = 0;

/** It ends before what it must hold. */
export const truncated: u32 = 1;

/** It contradicts itself or its standard. */
export const malformed: u32 = 2;

/** Its checksum is wrong. */
export const badChecksum: u32 = 3;

/** An IPv6 option or header is unknown, and the sender wants that refused (RFC 8200, 4). */
export const unknownPart: u32 = 4;
