// What any part of the kernel may ask of the processor; the rest is in cpu.as.ts.

/** Keeps loads and stores before it before those after it, in the eyes of every device. */
@external("cpu", "fence")
export declare function fence(): void;

/** Tells the processor that the program spins. */
@external("cpu", "pause")
export declare function pause(): void;
