/** Frames of the control channel (contracts/control-channel.ts): made, and read from a guest. */

import { frameHeaderBytes, frameKinds, framePayloadLimit } from "../contracts/control-channel.ts";
import { TsukiError } from "../contracts/errors.ts";
import { decodeHealth, decodeMetrics, encodeReport, type ReportFrame } from "./reports.ts";

/** What a guest may say. */
export type GuestFrame =
  | { readonly kind: "ready" }
  | { readonly kind: "timeRequest" }
  | { readonly kind: "stderrData"; readonly payload: Uint8Array }
  | { readonly kind: "exitStatus"; readonly status: number }
  | ReportFrame;

/** The frames that carry `bytes` of standard input, cut to the payload limit. */
export function stdinFrames(bytes: Uint8Array): Uint8Array {
  const count = Math.ceil(bytes.length / framePayloadLimit);
  const frames = new Uint8Array(bytes.length + count * frameHeaderBytes);
  let at = 0;
  for (let offset = 0; offset < bytes.length; offset += framePayloadLimit) {
    const payload = bytes.subarray(offset, offset + framePayloadLimit);
    frames.set(frameHeader(frameKinds.stdinData, payload.length), at);
    frames.set(payload, at + frameHeaderBytes);
    at += frameHeaderBytes + payload.length;
  }
  return frames;
}

/** The frame that says that standard input has ended. */
export function stdinEndFrame(): Uint8Array {
  return frameHeader(frameKinds.stdinEnd, 0);
}

/** The frame that asks the guest to stop its app. */
export function stopFrame(): Uint8Array {
  return frameHeader(frameKinds.stop, 0);
}

/** The frame that asks for a report. */
export function questionFrame(question: "health" | "metrics"): Uint8Array {
  return frameHeader(frameKinds[`${question}Request`], 0);
}

/** The frame that answers such a question. */
export function reportFrame(frame: ReportFrame): Uint8Array {
  const payload = encodeReport(frame);
  return Buffer.concat([frameHeader(frameKinds[frame.kind], payload.length), payload]);
}

/** The frame that tells the time, in nanoseconds since 1970. */
export function timeFrame(nanoseconds: bigint): Uint8Array {
  const frame = new Uint8Array(frameHeaderBytes + 8);
  frame.set(frameHeader(frameKinds.time, 8));
  new DataView(frame.buffer).setBigUint64(frameHeaderBytes, nanoseconds, true);
  return frame;
}

function frameHeader(kind: number, length: number): Uint8Array {
  return Uint8Array.of(kind, 0, length & 0xff, length >> 8);
}

/** Cuts a guest's bytes into frames. The guest is not trusted: whatever is not a frame throws. */
export class GuestFrameReader {
  readonly #buffer = new Uint8Array(frameHeaderBytes + framePayloadLimit);
  #length = 0;

  /** Takes bytes as they come; yields every frame that they complete. Throws `control-protocol`. */
  *push(bytes: Uint8Array): Generator<GuestFrame> {
    for (let offset = 0; offset < bytes.length; ) {
      const wanted = this.#wanted();
      const chunk = bytes.subarray(offset, offset + wanted - this.#length);
      this.#buffer.set(chunk, this.#length);
      this.#length += chunk.length;
      offset += chunk.length;
      if (this.#length < this.#wanted()) continue;
      yield this.#take();
    }
  }

  /** Whether the bytes so far end within a frame. */
  get isWithinFrame(): boolean {
    return this.#length > 0;
  }

  /** Bytes of the frame under way, as far as that is known. */
  #wanted(): number {
    if (this.#length < frameHeaderBytes) return frameHeaderBytes;
    const payload = this.#u16(2);
    if (payload > framePayloadLimit) {
      throw protocolError(`a frame of ${payload} bytes; at most ${framePayloadLimit} are allowed`);
    }
    return frameHeaderBytes + payload;
  }

  #take(): GuestFrame {
    const kind = this.#buffer[0] ?? 0;
    if (this.#buffer[1] !== 0) throw protocolError(`a frame whose reserved byte is not 0`);
    const payload = this.#buffer.slice(frameHeaderBytes, this.#length);
    this.#length = 0;
    if (kind === frameKinds.ready && payload.length === 0) return { kind: "ready" };
    if (kind === frameKinds.timeRequest && payload.length === 0) return { kind: "timeRequest" };
    if (kind === frameKinds.stderrData) return { kind: "stderrData", payload };
    if (kind === frameKinds.health) return { kind: "health", report: decodeHealth(payload) };
    if (kind === frameKinds.metrics) return { kind: "metrics", report: decodeMetrics(payload) };
    if (kind !== frameKinds.exitStatus) throw protocolError(`a frame of kind ${kind}`);
    if (payload.length !== 4) {
      throw protocolError(`an exit status of ${payload.length} bytes instead of 4`);
    }
    const status = new DataView(payload.buffer).getUint32(0, true);
    return { kind: "exitStatus", status: status & 0xff };
  }

  #u16(offset: number): number {
    return (this.#buffer[offset] ?? 0) | ((this.#buffer[offset + 1] ?? 0) << 8);
  }
}

function protocolError(what: string): TsukiError {
  return new TsukiError(
    "control-protocol",
    `the guest broke the control channel's protocol: it sent ${what}`,
  );
}
