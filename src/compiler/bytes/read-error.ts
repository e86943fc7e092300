/** What can be wrong with bytes that are being read. */
export type ReadErrorCode =
  | "unexpected-end"
  | "integer-too-long"
  | "integer-too-large"
  | "not-utf8";

/** Bytes that do not hold what was asked of them; `offset` says where. */
export class ReadError extends Error {
  readonly code: ReadErrorCode;
  /** Offset of the item that could not be read, in bytes. */
  readonly offset: number;
  /** The message without the offset. */
  readonly problem: string;

  constructor(code: ReadErrorCode, offset: number, problem: string) {
    super(`${problem} at offset ${offset}`);
    this.name = "ReadError";
    this.code = code;
    this.offset = offset;
    this.problem = problem;
  }
}
