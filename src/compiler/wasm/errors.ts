import { TsukiError } from "../../contracts/errors.ts";
import { ReadError } from "../bytes/read-error.ts";

/** Bytes that are not a WebAssembly module, or not a well-formed one; the message names the offset. */
export class DecodeError extends TsukiError {
  /** Offset in the module's bytes. */
  readonly offset: number;

  constructor(code: "wasm-not-a-module" | "wasm-invalid", offset: number, problem: string) {
    super(code, `${problem} (at offset ${offset} of the module)`);
    this.name = "DecodeError";
    this.offset = offset;
  }
}

/** A well-formed module that uses a feature Tsuki does not compile yet. */
export class UnsupportedError extends TsukiError {
  /** The feature's usual name. */
  readonly feature: string;
  /** Offset in the module's bytes. */
  readonly offset: number;

  constructor(feature: string, offset: number, functionName?: string) {
    const place = functionName === undefined ? "the module" : `function ${functionName}`;
    super(
      "wasm-unsupported",
      `${place} uses ${feature} (at offset ${offset}), which Tsuki does not compile yet: build without it`,
    );
    this.name = "UnsupportedError";
    this.feature = feature;
    this.offset = offset;
  }
}

/** Runs `read`; what it meets as a `ReadError` becomes a `DecodeError`. */
export function withDecodeErrors<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReadError) throw invalid(error.offset, error.problem);
    throw error;
  }
}

/** The error for bytes that break the binary format. */
export function invalid(offset: number, problem: string): DecodeError {
  return new DecodeError("wasm-invalid", offset, problem);
}
