/** What the node monitor hands to the process in which the kernel runs, as JSON on descriptor 3. */
export interface Handover {
  readonly kernelPath: string;
  /** `tsuki-host`. */
  readonly hostPath: string;
  readonly appPath: string;
  readonly arguments: readonly string[];
  /** Each `NAME=value`. */
  readonly environment: readonly string[];
  /** Upper bound of the app's memory in 64 KiB pages, or null. */
  readonly maximumPages: number | null;
  /** The socket for questions and reports, or null. */
  readonly controlDescriptor: number | null;
}
