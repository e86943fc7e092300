// The app's memory (machine interface, module `app`). Check ranges first: what faults is a trap.

/** Size in 64 KiB pages. */
@external("app", "size")
export declare function size(): u32;

/** Sets the size in 64 KiB pages (native platforms). */
@external("app", "setSize")
export declare function setSize(pages: u32): void;

/** Declared maximum in 64 KiB pages. */
@external("app", "maximum")
export declare function maximum(): u32;

/** Loads a byte. */
@external("app", "load8")
export declare function load8(appPointer: u32): u32;

/** Loads 16 bits. */
@external("app", "load16")
export declare function load16(appPointer: u32): u32;

/** Loads 32 bits. */
@external("app", "load32")
export declare function load32(appPointer: u32): u32;

/** Loads 64 bits. */
@external("app", "load64")
export declare function load64(appPointer: u32): u64;

/** Stores a byte. */
@external("app", "store8")
export declare function store8(appPointer: u32, value: u32): void;

/** Stores 16 bits. */
@external("app", "store16")
export declare function store16(appPointer: u32, value: u32): void;

/** Stores 32 bits. */
@external("app", "store32")
export declare function store32(appPointer: u32, value: u32): void;

/** Stores 64 bits. */
@external("app", "store64")
export declare function store64(appPointer: u32, value: u64): void;

/** Copies from app memory to kernel memory. */
@external("app", "copyIn")
export declare function copyIn(pointer: usize, appPointer: u32, length: u32): void;

/** Copies from kernel memory to app memory. */
@external("app", "copyOut")
export declare function copyOut(appPointer: u32, pointer: usize, length: u32): void;

/** Fills app memory with one byte. */
@external("app", "fill")
export declare function fill(appPointer: u32, byte: u32, length: u32): void;

/** Runs the module's start function, if it has one. */
@external("app", "initialize")
export declare function initialize(): void;

/** Runs the exported `_start`, if there is one. */
@external("app", "start")
export declare function start(): void;
