/**
 * Where HTTP/1.1 messages begin and end in the bytes that pass (RFC 9112, 6 and 7). It changes and
 * refuses nothing: what it does not understand is `opaque` from there on.
 */

const headLimit = 65_536;
const lineLimit = 1024;
const lineFeed = 10;

/** The first line of a message and the fields that frame it. */
export interface MessageHead {
  /** Of a request: method, target, version; of a response: version, status, reason. */
  readonly start: readonly string[];
  /** Names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
}

/** How a message's body ends. */
type Framing =
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "close" };

/** What happens while bytes pass. */
export interface MessageListener {
  /** Says how many bytes of body follow; undefined: nothing here is HTTP any more. */
  onHead(head: MessageHead): Framing | undefined;
  onEnd(): void;
}

type Stage = "head" | "length" | "size" | "data" | "dataEnd" | "trailer" | "close" | "opaque";

/** One direction of one connection. */
export class MessageReader {
  readonly #listener: MessageListener;
  #stage: Stage = "head";
  #line = "";
  #lines: string[] = [];
  #headBytes = 0;
  #left = 0;

  constructor(listener: MessageListener) {
    this.#listener = listener;
  }

  /** Whether nothing of a message has come that has not ended. */
  get isBetween(): boolean {
    return this.#stage === "head" && this.#line === "" && this.#lines.length === 0;
  }

  /** Whether these are no messages. */
  get isOpaque(): boolean {
    return this.#stage === "opaque";
  }

  /** Whether the body lasts as long as the connection. */
  get lastsToEnd(): boolean {
    return this.#stage === "close";
  }

  /** Says that nothing from here on is HTTP. */
  giveUp(): void {
    this.#stage = "opaque";
  }

  /** Reads what passes. */
  read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#stage === "opaque" || this.#stage === "close") return;
      const isCounted = this.#stage === "length" || this.#stage === "data";
      at = isCounted ? this.#count(at, bytes.length) : this.#readLine(bytes, at);
    }
  }

  #count(at: number, end: number): number {
    const taken = Math.min(this.#left, end - at);
    this.#left -= taken;
    if (this.#left === 0) {
      if (this.#stage === "length") this.#end();
      else this.#stage = "dataEnd";
    }
    return at + taken;
  }

  #readLine(bytes: Uint8Array, at: number): number {
    const found = bytes.indexOf(lineFeed, at);
    const end = found < 0 ? bytes.length : found + 1;
    this.#line += Buffer.from(bytes.subarray(at, end)).toString("latin1");
    const limit = this.#stage === "head" ? headLimit - this.#headBytes : lineLimit;
    if (this.#line.length > limit) this.giveUp();
    else if (found >= 0) {
      const line = this.#line.replace(/\r?\n$/, "");
      this.#headBytes += this.#line.length;
      this.#line = "";
      this.#takeLine(line);
    }
    return end;
  }

  #takeLine(line: string): void {
    switch (this.#stage) {
      case "head":
        if (line !== "") this.#lines.push(line);
        else if (this.#lines.length > 0) this.#takeHead();
        return;
      case "size":
        this.#takeSize(line);
        return;
      case "dataEnd":
        this.#stage = "size";
        return;
      default:
        if (line === "") this.#end();
    }
  }

  #takeSize(line: string): void {
    const [, digits = ""] = /^([0-9a-f]{1,12})\s*(?:;.*)?$/i.exec(line) ?? [];
    if (digits === "") return this.giveUp();
    this.#left = Number.parseInt(digits, 16);
    this.#stage = this.#left === 0 ? "trailer" : "data";
  }

  #takeHead(): void {
    const [start = "", ...lines] = this.#lines;
    this.#lines = [];
    this.#headBytes = 0;
    const fields = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const framing = this.#listener.onHead({ start: start.split(" "), fields });
    if (framing === undefined) this.giveUp();
    else if (framing.kind === "close") this.#stage = "close";
    else if (framing.kind === "chunked") this.#stage = "size";
    else if (framing.length === 0) this.#listener.onEnd();
    else {
      this.#stage = "length";
      this.#left = framing.length;
    }
  }

  #end(): void {
    this.#stage = "head";
    this.#listener.onEnd();
  }
}

/** How the fields say that a body ends; `otherwise` where they say nothing. */
export function framingOf(
  fields: ReadonlyMap<string, string>,
  otherwise: Framing,
): Framing | undefined {
  const coding = fields.get("transfer-encoding");
  if (coding !== undefined)
    return /(?:^|[,\s])chunked$/i.test(coding) ? { kind: "chunked" } : otherwise;
  const text = fields.get("content-length");
  if (text === undefined) return otherwise;
  return /^\d{1,15}$/.test(text) ? { kind: "length", length: Number(text) } : undefined;
}
