// What TypeScript does for the kernel on the node platform (machine interface, module `node`).

/** Writes to stream 1 or 2; returns an error number. */
@external("node", "write")
export declare function write(stream: u32, pointer: usize, length: u32): u32;

/** Waits for standard input; returns the bytes read, 0 at its end. */
@external("node", "read")
export declare function read(pointer: usize, capacity: u32): u32;

/** 1 when `read` would not wait. */
@external("node", "inputReady")
export declare function inputReady(): u32;

/** Nanoseconds of the monotonic clock. */
@external("node", "monotonicTime")
export declare function monotonicTime(): u64;

/** Nanoseconds since 1970. */
@external("node", "wallTime")
export declare function wallTime(): u64;

/** Fills kernel memory with random bytes. */
@external("node", "randomFill")
export declare function randomFill(pointer: usize, length: u32): void;

/** Copies the launch record, as far as it fits; returns the bytes it has. */
@external("node", "arguments")
export declare function launchRecord(pointer: usize, capacity: u32): u32;

/** Waits until a monotonic deadline in nanoseconds, or for input when `input` is 1. */
@external("node", "idle")
export declare function idle(deadline: u64, input: u32): void;

/** Ends the instance; does not return. */
@external("node", "exit")
export declare function exit(status: u32): void;
