import { placeTexts } from "../../simulator/texts.ts";
import { compileKernelPart } from "../kernel-part.fixture.ts";

const sources = ["parser", "request"].map((name) => `src/kernel/http/${name}.as.ts`);
const requestAddress = 0x1_0000;
const bufferAddress = 0x2_0000;
const bufferBytes = 16_384;
const headerTableBytes = 800;

/** What the parser says, in the order in which it says it; bytes of a body are joined. */
export type ParserEvent =
  | { readonly head: ParsedHead }
  | { readonly body: string }
  | { readonly end: true }
  | { readonly refused: number };

/** A head as the parser left it. */
export interface ParsedHead {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** The parser of the kernel by itself, compiled and instantiated. */
export class Parser {
  private readonly memory = new WebAssembly.Memory({ initial: 32 });
  private readonly exports: Record<string, (...values: number[]) => number>;

  private constructor(module: WebAssembly.Module) {
    const imports = { env: { memory: this.memory }, text: placeTexts(module, this.memory) };
    const { exports } = new WebAssembly.Instance(module, imports);
    this.exports = exports as typeof this.exports;
  }

  /** Compiles the parser's sources. */
  static async compile(): Promise<Parser> {
    return new Parser(new WebAssembly.Module(await compileKernelPart(...sources)));
  }

  /** Feeds pieces of a connection's bytes as they would arrive, until a request is refused. */
  read(pieces: readonly Uint8Array[]): ParserEvent[] {
    new Uint8Array(this.memory.buffer, requestAddress, 256).fill(0);
    this.setField("buffer", bufferAddress);
    this.setField("size", bufferBytes);
    const events: ParserEvent[] = [];
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) {
        const room = bufferBytes - headerTableBytes - this.field("filled");
        const part = piece.subarray(at, at + room);
        if (part.length === 0) throw new Error("the parser leaves no room");
        new Uint8Array(this.memory.buffer).set(part, bufferAddress + this.field("filled"));
        this.setField("filled", this.field("filled") + part.length);
        at += part.length;
        if (!this.drain(events)) return events;
      }
    }
    return events;
  }

  /** Collects events until more bytes are needed; false once a request was refused. */
  private drain(events: ParserEvent[]): boolean {
    for (;;) {
      switch (this.call("advance", requestAddress)) {
        case 0:
          return true;
        case 1:
          events.push({ head: this.head() });
          break;
        case 2:
          addBody(events, this.text(this.field("bodyStart"), this.field("bodyLength")));
          this.call("dropTakenBody", requestAddress);
          break;
        case 3:
          events.push({ end: true });
          this.call("nextRequest", requestAddress);
          break;
        default:
          events.push({ refused: this.field("status") });
          return false;
      }
    }
  }

  private head(): ParsedHead {
    const view = new DataView(this.memory.buffer);
    const fields = Array.from({ length: this.field("headerCount") }, (_, index) => {
      const entry = bufferAddress + bufferBytes - (index + 1) * 8;
      const part = (offset: number): string =>
        this.text(view.getUint16(entry + offset, true), view.getUint16(entry + offset + 2, true));
      return [part(0), part(4)] as const;
    });
    return {
      method: this.text(this.field("methodStart"), this.field("methodLength")),
      target: this.text(this.field("targetStart"), this.field("targetLength")),
      fields,
    };
  }

  private text(start: number, length: number): string {
    return Buffer.from(this.memory.buffer, bufferAddress + start, length).toString("latin1");
  }

  private field(name: keyof typeof fieldOffsets): number {
    return new DataView(this.memory.buffer).getUint32(requestAddress + fieldOffsets[name], true);
  }

  private setField(name: keyof typeof fieldOffsets, value: number): void {
    new DataView(this.memory.buffer).setUint32(requestAddress + fieldOffsets[name], value, true);
  }

  private call(name: string, ...values: number[]): number {
    const callee = this.exports[name];
    if (callee === undefined) throw new Error(`the parser exports no ${name}`);
    return callee(...values);
  }
}

/** Where the fields of Request (request.as.ts) lie. */
const fieldOffsets = {
  buffer: 0,
  size: 4,
  filled: 8,
  status: 28,
  headerCount: 36,
  methodStart: 40,
  methodLength: 44,
  targetStart: 48,
  targetLength: 52,
  bodyStart: 64,
  bodyLength: 68,
} as const;

function addBody(events: ParserEvent[], text: string): void {
  const last = events.at(-1);
  if (last !== undefined && "body" in last) {
    events[events.length - 1] = { body: last.body + text };
  } else {
    events.push({ body: text });
  }
}
