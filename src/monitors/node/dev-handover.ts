/** What is said between `tsuki dev` and the processes in which it runs versions of a program. */

/** A version to run, as JSON on descriptor 3. */
export interface DevHandover {
  /** A program in JavaScript, bundled; or a module in the file `appPath`. */
  readonly script: { readonly code: string; readonly lines: string } | null;
  readonly appPath: string | null;
  /** The files that a script carries (contracts/embedded-tree.ts), as Base64. */
  readonly tree: string;
  readonly arguments: readonly string[];
  /** Each `NAME=value`. */
  readonly environment: readonly string[];
  readonly maximumPages: number | null;
  /** Whether debuggers may attach. */
  readonly hasInspector: boolean;
}

/** What each process is started with, as JSON in its only argument. */
export interface DevPlaces {
  readonly kernelPath: string;
  readonly hostPath: string;
  readonly libraryPath: string;
}

/** Descriptors of the child process: a version, requests to stop, and what it tells. */
export const devDescriptors = { handover: 3, stop: 4, report: 5 } as const;

/** A line of JSON that the process writes to the last of these. */
export type DevReport =
  /** It listens on a port of its own for what comes to one that the program asked for. */
  | {
      readonly report: "listening";
      readonly address: string;
      readonly port: number;
      readonly actualPort: number;
    }
  /** A debugger may attach here. */
  | { readonly report: "inspector"; readonly port: number };
