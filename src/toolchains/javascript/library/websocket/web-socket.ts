/** WebSockets Standard: the interface, here for the server's side of connections. */
import { Blob, blobBytes } from "../blob/blob.ts";
import { Event } from "../events/event.ts";
import { defineHandler, EventTarget } from "../events/event-target.ts";
import { CloseEvent, ErrorEvent, MessageEvent } from "../events/more-events.ts";
import { TcpStream } from "../net/tcp-stream.ts";
import { type ByteSource, bytesOf, joinBytes } from "../text/bytes.ts";
import { decodeStrictly, decodeUtf8, encodeUtf8 } from "../text/utf8.ts";
import { encodeFrame, type Frame, FrameError, FrameParser, opcodes } from "./frames.ts";

const protocolError = 1002;
const badText = 1007;
const abnormal = 1006;
const noStatus = 1005;
const constructorKey = Symbol("WebSocket");

/** WebSockets, 3: one connection. */
export class WebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  binaryType: "arraybuffer" | "blob" = "blob";
  readonly protocol: string;
  readonly url: string;
  readonly extensions = "";
  readonly bufferedAmount = 0;
  readonly #stream: TcpStream;
  readonly #parser = new FrameParser();
  #readyState: number = WebSocket.CONNECTING;
  #fragments: Frame[] = [];
  #closeFrame: { code: number; reason: string } | undefined;
  #hasSentClose = false;

  constructor(secret: unknown, stream?: TcpStream, url = "", protocol = "") {
    super();
    if (secret !== constructorKey || stream === undefined) {
      throw new DOMException(
        "WebSocket clients are not supported yet; servers use upgradeWebSocket of tsuki:http",
        "NotSupportedError",
      );
    }
    this.#stream = stream;
    this.url = url;
    this.protocol = protocol;
  }

  get readyState(): number {
    return this.#readyState;
  }

  /** Sends a message. */
  send(data: string | ByteSource | Blob): void {
    if (this.#readyState === WebSocket.CONNECTING)
      throw new DOMException("The connection is not open", "InvalidStateError");
    if (this.#readyState !== WebSocket.OPEN) return;
    if (typeof data === "string") this.#write(opcodes.text, encodeUtf8(data));
    else this.#write(opcodes.binary, data instanceof Blob ? blobBytes(data) : bytesOf(data));
  }

  /** Begins the end of the connection (RFC 6455, 7.1.2). */
  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(
        "The code must be 1000 or between 3000 and 4999",
        "InvalidAccessError",
      );
    }
    if (encodeUtf8(reason).length > 123)
      throw new DOMException("The reason is too long", "SyntaxError");
    if (this.#readyState >= WebSocket.CLOSING) return;
    this.#readyState = WebSocket.CLOSING;
    this.#sendClose(code, reason);
  }

  override get [Symbol.toStringTag](): string {
    return "WebSocket";
  }

  /** Reads until the connection ends. */
  async run(secret: unknown): Promise<void> {
    if (secret !== constructorKey) throw new TypeError("Illegal invocation");
    this.#readyState = WebSocket.OPEN;
    this.dispatchEvent(new Event("open"));
    try {
      for (
        let bytes = await this.#stream.read();
        bytes !== undefined;
        bytes = await this.#stream.read()
      ) {
        for (const frame of this.#parser.push(bytes)) this.#receive(frame);
        if (this.#closeFrame !== undefined) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#finish();
  }

  #receive(frame: Frame): void {
    switch (frame.opcode) {
      case opcodes.ping:
        return this.#write(opcodes.pong, frame.payload);
      case opcodes.pong:
        return undefined;
      case opcodes.close:
        return this.#receiveClose(frame.payload);
      default:
        return this.#receiveData(frame);
    }
  }

  #receiveData(frame: Frame): void {
    const isContinued = this.#fragments.length > 0;
    if ((frame.opcode === opcodes.continuation) !== isContinued) {
      throw new FrameError(protocolError, "The fragments are out of order");
    }
    this.#fragments.push(frame);
    if (!frame.isFinal) return;
    const [first] = this.#fragments;
    const payload = joinBytes(this.#fragments.map((each) => each.payload));
    this.#fragments = [];
    this.dispatchEvent(new MessageEvent("message", { data: this.#dataOf(first?.opcode, payload) }));
  }

  #dataOf(opcode: number | undefined, payload: Uint8Array<ArrayBuffer>): unknown {
    if (opcode !== opcodes.text) {
      return this.binaryType === "arraybuffer" ? payload.slice().buffer : new Blob([payload]);
    }
    const text = decodeStrictly(payload);
    if (text === undefined) throw new FrameError(badText, "The text is no UTF-8");
    return text;
  }

  #receiveClose(payload: Uint8Array): void {
    const code = payload.length >= 2 ? ((payload[0] ?? 0) << 8) | (payload[1] ?? 0) : noStatus;
    this.#closeFrame = { code, reason: decodeUtf8(payload.subarray(2)) };
    this.#sendClose(code === noStatus ? undefined : code, "");
  }

  #sendClose(code: number | undefined, reason: string): void {
    if (this.#hasSentClose) return;
    const head =
      code === undefined ? [] : [Uint8Array.of(code >> 8, code & 0xff), encodeUtf8(reason)];
    this.#write(opcodes.close, joinBytes([new Uint8Array(0), ...head]));
    this.#hasSentClose = true;
  }

  #write(opcode: number, payload: Uint8Array): void {
    if (this.#hasSentClose) return;
    // Whether the other side keeps up shows when it is read from.
    this.#stream.write(encodeFrame(opcode, payload)).catch(() => undefined);
  }

  #fail(error: unknown): void {
    if (error instanceof FrameError) this.#sendClose(error.code, error.message);
    const message = error instanceof Error ? error.message : String(error);
    this.dispatchEvent(new ErrorEvent("error", { error, message }));
  }

  #finish(): void {
    this.#readyState = WebSocket.CLOSED;
    this.#stream.close();
    const { code, reason } = this.#closeFrame ?? { code: abnormal, reason: "" };
    this.dispatchEvent(
      new CloseEvent("close", { code, reason, wasClean: this.#closeFrame !== undefined }),
    );
  }
}

for (const type of ["open", "message", "error", "close"]) defineHandler(WebSocket.prototype, type);
for (const [state, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })) {
  Object.defineProperty(WebSocket.prototype, state, { value, enumerable: true });
}

/** A WebSocket over a connection that has been upgraded; events begin once this job is done. */
export function webSocketOver(stream: number, url: string, protocol: string): WebSocket {
  const socket = new WebSocket(constructorKey, new TcpStream(stream), url, protocol);
  queueMicrotask(() => void socket.run(constructorKey));
  return socket;
}
