/**
 * The errors that a user may meet. Each code has one entry in docs/errors.md; a code never changes
 * its meaning once released.
 *
 * The value tells whose turn it is: `usage` (the command line), `missing` (something named is not
 * there), `source` (the program cannot become an app or an image), `host` (this machine, or
 * an instance on it).
 */
export const errorCodes = {
  usage: "usage",
  "config-invalid": "usage",
  "source-missing": "missing",
  "function-missing": "missing",
  "source-unreadable": "source",
  "source-kind": "source",
  "source-too-large": "source",
  "javascript-bundle": "source",
  "javascript-throws": "source",
  "javascript-preinit": "source",
  "c-compile": "source",
  "c-exceptions": "source",
  "assemblyscript-compile": "source",
  "toolchain-missing": "host",
  "wasm-not-a-module": "source",
  "wasm-invalid": "source",
  "wasm-not-a-command": "source",
  "wasm-unknown-import": "source",
  "wasm-unsupported": "source",
  "embed-unusable": "source",
  "image-unusable": "source",
  "image-missing": "missing",
  "output-unwritable": "host",
  "store-unwritable": "host",
  "cache-unusable": "host",
  "package-incomplete": "host",
  "compile-thread": "host",
  "monitor-missing": "host",
  "monitor-failed": "host",
  "instance-lost": "host",
  "instance-missing": "missing",
  "instance-failed": "host",
  "instance-idle": "host",
  "instance-busy": "host",
  "instance-damaged": "host",
  "limits-missing": "host",
  "volume-missing": "missing",
  "volume-busy": "host",
  "disk-busy": "host",
  "network-missing": "missing",
  "network-busy": "host",
  "network-unavailable": "host",
  "network-failed": "host",
  "state-damaged": "host",
  "control-protocol": "host",
} as const;

/** The stable name of one kind of error. */
export type ErrorCode = keyof typeof errorCodes;

/** An error whose message says, in one line, what is wrong and what to do about it. */
export class TsukiError extends Error {
  readonly code: ErrorCode;
  /** Text from another program (a compiler's messages), to be shown above the message. */
  readonly detail: string;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; detail?: string } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.name = "TsukiError";
    this.code = code;
    this.detail = options.detail ?? "";
  }
}
