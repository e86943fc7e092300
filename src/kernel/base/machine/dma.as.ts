// Kernel memory that a device or hypervisor writes too (machine interface, module `dma`).

/** Loads one byte in one access. */
@external("dma", "load8")
export declare function load8(pointer: usize): u32;

/** Loads 16 bits in one access. */
@external("dma", "load16")
export declare function load16(pointer: usize): u32;

/** Loads 32 bits in one access. */
@external("dma", "load32")
export declare function load32(pointer: usize): u32;

/** Loads 64 bits in one access. */
@external("dma", "load64")
export declare function load64(pointer: usize): u64;

/** Stores one byte in one access. */
@external("dma", "store8")
export declare function store8(pointer: usize, value: u32): void;

/** Stores 16 bits in one access. */
@external("dma", "store16")
export declare function store16(pointer: usize, value: u32): void;

/** Stores 32 bits in one access. */
@external("dma", "store32")
export declare function store32(pointer: usize, value: u32): void;

/** Stores 64 bits in one access. */
@external("dma", "store64")
export declare function store64(pointer: usize, value: u64): void;
