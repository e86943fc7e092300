// x86 I/O ports (machine interface, module `port`): pc only.

/** Reads one byte from a port. */
@external("port", "in8")
export declare function in8(port: u32): u32;

/** Writes one byte to a port. */
@external("port", "out8")
export declare function out8(port: u32, value: u32): void;

/** Reads sixteen bits from a port. */
@external("port", "in16")
export declare function in16(port: u32): u32;

/** Writes sixteen bits to a port. */
@external("port", "out16")
export declare function out16(port: u32, value: u32): void;

/** Reads 32 bits from a port. */
@external("port", "in32")
export declare function in32(port: u32): u32;

/** Writes 32 bits to a port. */
@external("port", "out32")
export declare function out32(port: u32, value: u32): void;
