/** RFC 6455, 5: frames. */
import { joinBytes } from "../text/bytes.ts";

/** RFC 6455, 5.2. */
export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** One frame, unmasked. */
export interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** What the other side may not send, with the code to close with (RFC 6455, 7.4.1). */
export class FrameError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const protocolError = 1002;
const tooBig = 1009;
const longestPayload = 16 * 1024 * 1024;

/** A frame as a server sends it: in one piece, without a mask. */
export function encodeFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const head = new Uint8Array(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  const view = new DataView(head.buffer);
  view.setUint8(0, 0x80 | opcode);
  if (length < 126) view.setUint8(1, length);
  else if (length < 65_536) {
    view.setUint8(1, 126);
    view.setUint16(2, length);
  } else {
    view.setUint8(1, 127);
    view.setBigUint64(2, BigInt(length));
  }
  return joinBytes([head, payload]);
}

/** Cuts what arrives into frames. */
export class FrameParser {
  #pending: Uint8Array = new Uint8Array(0);

  /** The frames that are complete with these bytes; throws a FrameError. */
  push(bytes: Uint8Array): Frame[] {
    this.#pending = this.#pending.length === 0 ? bytes : joinBytes([this.#pending, bytes]);
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Frame | undefined {
    const bytes = this.#pending;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    const opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    checkHead(first, second, opcode, isFinal);
    const short = second & 0x7f;
    const maskAt = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < maskAt + 4) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length =
      short === 127 ? Number(view.getBigUint64(2)) : short === 126 ? view.getUint16(2) : short;
    if (length > longestPayload) throw new FrameError(tooBig, "The message is too long");
    const start = maskAt + 4;
    if (bytes.length < start + length) return undefined;
    const payload = bytes.slice(start, start + length);
    for (let index = 0; index < length; index++) {
      payload[index] = (payload[index] ?? 0) ^ (bytes[maskAt + (index & 3)] ?? 0);
    }
    this.#pending = bytes.subarray(start + length);
    return { opcode, isFinal, payload };
  }
}

function checkHead(first: number, second: number, opcode: number, isFinal: boolean): void {
  if ((first & 0x70) !== 0) throw new FrameError(protocolError, "Reserved bits are set");
  if ((second & 0x80) === 0)
    throw new FrameError(protocolError, "A client's frames must be masked");
  const isControl = opcode >= opcodes.close;
  if (isControl && (!isFinal || (second & 0x7f) > 125))
    throw new FrameError(protocolError, "A control frame is too long");
  if (!Object.values<number>(opcodes).includes(opcode))
    throw new FrameError(protocolError, "The opcode is unknown");
}
