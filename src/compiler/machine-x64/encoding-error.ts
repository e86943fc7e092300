/** What an instruction was asked to encode does not exist in x86-64: a bug in the caller. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
  readonly code = "internal-encoding";
}
