// Kernel memory that a device or hypervisor writes too (machine interface, module `dma`).

/** Loads one byte in one access. */
@external("dma", "load8")
export declare function load8(pointer: usize): u32;

/** Loads 32 bits in one access. */
@external("dma", "load32")
export declare function load32(pointer: usize): u32;

/** Loads 64 bits in one access. */
@external("dma", "load64")
export declare function load64(pointer: usize): u64;
