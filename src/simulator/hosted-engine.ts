/** JavaScript engines outside of WebAssembly, which play an app's part for the kernel. */

/** An engine with a program in it, as the kernel meets one (src/kernel/engine/quickjs.as.ts). */
export interface HostedEngine {
  /** What the kernel takes for the app's memory. */
  readonly memory: WebAssembly.Memory;
  /** The functions of the kernel's imports from `engine`, by name. */
  readonly functions: Readonly<Record<string, (...values: never[]) => unknown>>;
  /** Is given the kernel's functions for the engine (contracts/guest-abi.ts, engineGuestImports). */
  readonly attach: (kernel: WebAssembly.Exports) => void;
}

/** Whether an app is such an engine, and no module. */
export function isHosted(app: Uint8Array | HostedEngine): app is HostedEngine {
  return "functions" in app;
}
