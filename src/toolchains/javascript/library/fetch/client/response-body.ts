/** RFC 9112, 6: the body of a response on its way in. */
import { ReadableStream } from "../../streams/streams.ts";
import { joinBytes } from "../../text/bytes.ts";
import type { ArrivingBody } from "../body-source.ts";
import {
  fieldValue,
  ProtocolError,
  type ResponseHead,
  type ResponseReader,
} from "./response-reader.ts";

/** What becomes of the connection once the body has been read. */
export interface BodyEnd {
  /** It has been read to its end; true: the connection may be used again. */
  done(isReusable: boolean): void;
  /** Nobody wants the rest. */
  dropped(): void;
}

type Framing =
  | { kind: "length"; left: number }
  | { kind: "chunked"; left: number; isFirst: boolean }
  | { kind: "rest" };

const mostAtOnce = 65_536;

/** Reads a body as its head frames it. */
export class ResponseBody implements ArrivingBody {
  readonly isAbsent = false;
  readonly #reader: ResponseReader;
  readonly #framing: Framing;
  readonly #end: BodyEnd;
  #isOver = false;

  constructor(reader: ResponseReader, head: ResponseHead, end: BodyEnd) {
    this.#reader = reader;
    this.#framing = framingOf(head);
    this.#end = end;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    for (let piece = await this.#next(); piece !== undefined; piece = await this.#next())
      pieces.push(piece);
    return joinBytes(pieces);
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        const piece = await this.#next();
        if (piece !== undefined) return controller.enqueue(piece);
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel: () => {
        if (!this.#isOver) this.#end.dropped();
      },
    });
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#isOver) return undefined;
    try {
      const piece = await this.#piece();
      if (piece === undefined) this.#finish();
      return piece;
    } catch (error) {
      this.#isOver = true;
      this.#end.dropped();
      throw error;
    }
  }

  async #piece(): Promise<Uint8Array | undefined> {
    const framing = this.#framing;
    if (framing.kind === "rest") return await this.#reader.some(mostAtOnce);
    if (framing.kind === "chunked" && framing.left === 0) {
      framing.left = await this.#reader.chunkLength(framing.isFirst);
      framing.isFirst = false;
    }
    if (framing.left === 0) return undefined;
    const piece = await this.#reader.some(Math.min(framing.left, mostAtOnce));
    if (piece === undefined)
      throw new ProtocolError("The connection ended in the middle of a body");
    framing.left -= piece.length;
    return piece;
  }

  #finish(): void {
    this.#isOver = true;
    this.#end.done(this.#framing.kind !== "rest");
  }
}

function framingOf({ headers }: ResponseHead): Framing {
  const coding = fieldValue(headers, "transfer-encoding");
  if (coding !== undefined) {
    if (coding.toLowerCase() !== "chunked")
      throw new ProtocolError(`The transfer coding ${coding} is unknown`);
    return { kind: "chunked", left: 0, isFirst: true };
  }
  const length = fieldValue(headers, "content-length");
  if (length === undefined) return { kind: "rest" };
  if (!/^\d{1,15}$/.test(length))
    throw new ProtocolError("The length of the response is malformed");
  return { kind: "length", left: Number(length) };
}
