/** What a cluster and its machines tell one another. Times are nanoseconds of the virtual clock. */

/** How a machine's thread begins. */
export interface MachineThreadData {
  readonly name: string;
  readonly kernel: WebAssembly.Module;
  readonly app: Uint8Array;
  /** The program's name and its arguments. */
  readonly arguments: readonly string[];
  /** What the machine's network device is given (contracts/control-channel.ts). */
  readonly network: string;
  /** The device's address: six bytes. */
  readonly mac: Uint8Array;
  readonly memoryMebibytes: number;
  readonly shared: SharedArrayBuffer;
}

/** A machine is to go on. */
export interface GoOn {
  readonly now: bigint;
  /** What has arrived for it. */
  readonly frames: readonly Uint8Array[];
  /** Or it is to end at once. */
  readonly isOver: boolean;
}

/** A machine waits. */
export interface Waits {
  readonly now: bigint;
  /** When it wants to go on, if nothing arrives before. */
  readonly wakeAt: bigint;
  /** What it has sent, and when. */
  readonly frames: readonly { readonly time: bigint; readonly bytes: Uint8Array }[];
  /** What it has written since. */
  readonly output: string;
  /** Its exit status, if it has ended. */
  readonly status: number | undefined;
  /** What went wrong in the thread itself. */
  readonly failure: string | undefined;
}
