/** Thrown through WebAssembly's frames to end an instance with a status. */
export class InstanceExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the instance exits with ${status}`);
    this.name = "InstanceExit";
    this.status = status;
  }
}

/** What the kernel asked of a machine that has no such part; a mistake in the simulation. */
export class MachineError extends Error {
  readonly code = "machine-part-missing";

  constructor(message: string) {
    super(message);
    this.name = "MachineError";
  }
}
