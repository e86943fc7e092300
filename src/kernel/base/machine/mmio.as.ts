// Memory beyond the kernel's window and device registers (machine interface, module `mmio`).

/** Reads one byte at a 64-bit address. */
@external("mmio", "read8")
export declare function read8(address: u64): u32;

/** Reads a 16-bit register. */
@external("mmio", "read16")
export declare function read16(address: u64): u32;

/** Reads a 32-bit register. */
@external("mmio", "read32")
export declare function read32(address: u64): u32;

/** Reads a 64-bit word. */
@external("mmio", "read64")
export declare function read64(address: u64): u64;

/** Writes an 8-bit register. */
@external("mmio", "write8")
export declare function write8(address: u64, value: u32): void;

/** Writes a 16-bit register. */
@external("mmio", "write16")
export declare function write16(address: u64, value: u32): void;

/** Writes a 32-bit register. */
@external("mmio", "write32")
export declare function write32(address: u64, value: u32): void;

/** Writes a 64-bit word. */
@external("mmio", "write64")
export declare function write64(address: u64, value: u64): void;
