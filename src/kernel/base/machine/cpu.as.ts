// The processor (machine interface, module `cpu`).

/** Reads the timestamp counter. */
@external("cpu", "timestamp")
export declare function timestamp(): u64;

/** Stores EAX, EBX, ECX and EDX of a CPUID leaf at `pointer`. */
@external("cpu", "identify")
export declare function identify(leaf: u32, subleaf: u32, pointer: usize): void;

/** Enables interrupts, halts until one arrives, disables them. */
@external("cpu", "waitForInterrupt")
export declare function waitForInterrupt(): void;

/** Stops the processor for good. */
@external("cpu", "halt")
export declare function halt(): void;

/** Reads a model-specific register. */
@external("cpu", "readMsr")
export declare function readMsr(register: u32): u64;

/** Writes a model-specific register. */
@external("cpu", "writeMsr")
export declare function writeMsr(register: u32, value: u64): void;

/** Switches to the page tables whose root lies at a physical address (CR3). */
@external("cpu", "loadPageTables")
export declare function loadPageTables(root: u64): void;

/** Loads the interrupt descriptor table register from the ten bytes at `pointer`. */
@external("cpu", "loadInterruptTable")
export declare function loadInterruptTable(pointer: usize): void;

/** RDRAND: 64 random bits, 0 after ten failures; ask `identify` first. */
@external("cpu", "random")
export declare function random(): u64;
