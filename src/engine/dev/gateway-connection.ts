/** One client's connection and the one behind it, which changes with the version that serves. */
import { connect, type Socket } from "node:net";
import { framingOf, type MessageHead, MessageReader } from "./http-messages.ts";

/** A request and what came of it. */
export interface Exchange {
  readonly method: string;
  readonly target: string;
  /** 0 when there was no response. */
  readonly status: number;
  /** From the request's head to the response's end. */
  readonly durationMs: number;
}

/** What a connection needs to know, and what it tells. */
export interface ConnectionPlace {
  /** The version that serves; undefined while none does. Each version has an object of its own. */
  route(): { readonly actualPort: number } | undefined;
  /** What to answer then. */
  absence(): string;
  onExchange(exchange: Exchange): void;
  onClose(): void;
}

interface PendingRequest {
  readonly method: string;
  readonly target: string;
  readonly startedMs: number;
  isEnded: boolean;
}

/** Requests up to this size are asked again of the next version when the last one ends first. */
const repeatLimit = 65_536;

const none = { kind: "length", length: 0 } as const;

/** Passes bytes on, and notices where requests and responses end. */
export class GatewayConnection {
  readonly #client: Socket;
  readonly #place: ConnectionPlace;
  readonly #pending: PendingRequest[] = [];
  readonly #requests: MessageReader;
  #responses: MessageReader;
  #server: Socket | undefined;
  #route: ReturnType<ConnectionPlace["route"]>;
  /** What was sent of requests to which nothing has been answered; undefined if it was too much. */
  #unanswered: Buffer[] | undefined = [];
  #unansweredBytes = 0;
  #status = 0;
  /** Whether the last response said that the connection ends behind it. */
  #saysClose = false;

  constructor(client: Socket, place: ConnectionPlace) {
    this.#client = client;
    this.#place = place;
    this.#requests = this.#requestReader();
    this.#responses = this.#responseReader();
    client.on("error", () => client.destroy());
    client.on("data", (bytes: Buffer) => this.#fromClient(bytes));
    client.on("end", () => this.#server?.end());
    client.on("close", () => {
      this.#server?.destroy();
      for (const request of this.#pending.splice(0)) this.#report(request, 0);
      place.onClose();
    });
    // Some protocols have the server speak first.
    this.#ensureServer();
  }

  /** Another version serves from here on; requests at hand stay where they are. */
  follow(): void {
    if (this.#isIdle()) this.#leaveServer();
  }

  /** Ends the connection. */
  end(): void {
    this.#client.destroySoon();
  }

  #isIdle(): boolean {
    return (
      this.#pending.length === 0 &&
      this.#requests.isBetween &&
      this.#responses.isBetween &&
      !this.#client.readableEnded
    );
  }

  /** Whether the client need not know that the version it was connected to has let go of it. */
  #mayOutlive(): boolean {
    const isReplaced = this.#place.route() !== this.#route;
    return isReplaced && this.#isIdle() && !this.#saysClose;
  }

  #leaveServer(): void {
    const server = this.#server;
    this.#server = undefined;
    server
      ?.removeAllListeners()
      .on("error", () => {})
      .end();
    this.#forgetUnanswered();
  }

  #forgetUnanswered(): void {
    this.#unanswered = [];
    this.#unansweredBytes = 0;
  }

  #fromClient(bytes: Buffer): void {
    const isFirst = this.#isIdle();
    if (isFirst && this.#route !== this.#place.route()) this.#leaveServer();
    const server = this.#ensureServer();
    if (server === undefined) return;
    this.#requests.read(bytes);
    this.#keep(bytes);
    if (server.write(bytes)) return;
    this.#client.pause();
    server.once("drain", () => this.#client.resume());
  }

  #keep(bytes: Buffer): void {
    this.#unansweredBytes += bytes.length;
    if (this.#unansweredBytes > repeatLimit) this.#unanswered = undefined;
    this.#unanswered?.push(bytes);
  }

  /** The connection to the version that serves; where none does, the client is told so. */
  #ensureServer(): Socket | undefined {
    if (this.#server !== undefined) return this.#server;
    const route = this.#place.route();
    if (route === undefined) {
      this.#refuse();
      return undefined;
    }
    const port = route.actualPort;
    const server = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    this.#server = server;
    this.#route = route;
    this.#responses = this.#responseReader();
    server.on("error", () => {});
    server.on("data", (bytes: Buffer) => this.#fromServer(server, bytes));
    server.on("end", () => this.#serverEnded(server));
    server.on("close", (hadError) => this.#serverClosed(server, hadError));
    return server;
  }

  #refuse(): void {
    const text = `${this.#place.absence()}\n`;
    this.#client.end(
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n" +
        `Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  }

  #fromServer(server: Socket, bytes: Buffer): void {
    this.#forgetUnanswered();
    if (this.#pending.length === 0 && !this.#requests.isOpaque) this.#responses.giveUp();
    this.#responses.read(bytes);
    if (this.#client.write(bytes)) return;
    server.pause();
    this.#client.once("drain", () => server.resume());
  }

  /** A version that ends, or is replaced, lets go of connections on which nothing happens. */
  #serverEnded(server: Socket): void {
    if (server !== this.#server || this.#askAgain(server)) return;
    if (this.#mayOutlive()) return this.#leaveServer();
    if (this.#responses.lastsToEnd) {
      const [request] = this.#pending.splice(0, 1);
      if (request !== undefined) this.#report(request, this.#status);
    }
    this.#client.end();
  }

  #serverClosed(server: Socket, hadError: boolean): void {
    if (server !== this.#server || this.#askAgain(server)) return;
    if (this.#mayOutlive()) return this.#leaveServer();
    if (hadError) this.#client.resetAndDestroy();
    else this.#client.end();
  }

  /** Sends requests to which nothing was answered to a version that serves; whether that is possible. */
  #askAgain(server: Socket): boolean {
    const sent = this.#unanswered;
    const route = this.#place.route();
    if (sent === undefined || sent.length === 0) return false;
    if (route === undefined || route === this.#route || this.#requests.isOpaque) return false;
    server
      .removeAllListeners()
      .on("error", () => {})
      .destroy();
    this.#server = undefined;
    const next = this.#ensureServer();
    for (const bytes of sent) next?.write(bytes);
    return true;
  }

  #requestReader(): MessageReader {
    let last: PendingRequest | undefined;
    return new MessageReader({
      onHead: ({ start, fields }: MessageHead) => {
        const [method = "", target = "", version = ""] = start;
        if (!/^HTTP\/1\.[01]$/.test(version)) return undefined;
        last = { method, target, startedMs: performance.now(), isEnded: false };
        this.#pending.push(last);
        return framingOf(fields, none);
      },
      onEnd: () => {
        if (last !== undefined) last.isEnded = true;
      },
    });
  }

  #responseReader(): MessageReader {
    return new MessageReader({
      onHead: ({ start, fields }: MessageHead) => {
        this.#status = Number(start[1] ?? 0);
        this.#saysClose = /\bclose\b/i.test(fields.get("connection") ?? "");
        const [request] = this.#pending;
        if (request === undefined) return undefined;
        if (this.#status === 101) {
          this.#answered();
          this.#requests.giveUp();
          return undefined;
        }
        const hasNoBody = this.#status < 200 || this.#status === 204 || this.#status === 304;
        if (hasNoBody || request.method === "HEAD") return none;
        return framingOf(fields, { kind: "close" });
      },
      onEnd: () => {
        if (this.#status >= 200) this.#answered();
      },
    });
  }

  #answered(): void {
    const request = this.#pending.shift();
    if (request !== undefined) this.#report(request, this.#status);
    // The response may end before the bytes that end it have been passed on.
    if (this.#place.route() !== this.#route) setImmediate(() => this.follow());
  }

  #report({ method, target, startedMs }: PendingRequest, status: number): void {
    const durationMs = performance.now() - startedMs;
    this.#place.onExchange({ method, target, status, durationMs });
  }
}
