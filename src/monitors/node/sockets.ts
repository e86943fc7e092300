/**
 * Sockets for the kernel's thread, which blocks inside V8: a second thread has Node's sockets, and
 * messages go between the two. The kernel's thread sleeps on one shared word until there are any.
 */
import { getServers } from "node:dns";
import { existsSync, readFileSync } from "node:fs";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import {
  type Membership,
  type Network,
  type Received,
  readinessBits,
  type SocketAddress,
  socketTypes,
} from "../../simulator/network.ts";
import { type SocketCommand, type SocketEvent, windowBytes } from "./socket-messages.ts";

const { again, badf, connreset, inprogress, inval, isconn, notconn, noprotoopt, pipe } = wasiErrors;
const { readable, writable, hungUp } = readinessBits;
const optionNumbers = {
  error: 2,
  sendBuffer: 5,
  receiveBuffer: 6,
  linger: 9,
  ipv6Only: 17,
} as const;

/** As many datagrams as are kept for an app that does not read them. */
const datagramLimit = 1024;

/** How long what was sent may take to go out when the app ends. */
const finishMs = 2000;

/** What comes out of a port. */
interface Delivery {
  readonly message: SocketEvent;
}

interface SocketState {
  readonly family: SocketAddress["family"];
  readonly type: number;
  mark: number | undefined;
  phase: "new" | "binding" | "bound" | "listening" | "connecting" | "connected" | "failed";
  local: SocketAddress;
  /** Received and not yet read; of a listener, connections not yet accepted. */
  readonly received: Received[];
  readonly connections: { readonly handle: number; readonly peer: SocketAddress }[];
  /** Bytes on their way out. */
  unsent: number;
  hasEnded: boolean;
  hasEndedSending: boolean;
  /** Whether one for IPv6 leaves IPv4 to others. */
  ipv6Only: boolean;
  /** Groups to be joined once the socket is bound: a group that is joined before binds it. */
  readonly memberships: Membership[];
  /** What became of the membership that was asked for last; undefined while nobody knows. */
  membershipCode: string | undefined;
  /** WASI's number of an error that nobody has been told yet. */
  error: number;
}

/** A network of Node's own sockets. */
export class ThreadedNetwork implements Network {
  readonly #threadUrl: URL;
  readonly #wake: Int32Array;
  readonly #reportDescriptor: number | undefined;
  readonly #sockets = new Map<number, SocketState>();
  readonly #events = new Map<number, number>();
  #port: MessagePort | undefined;
  #nextHandle = 2;
  #isFinished = false;

  /**
   * `threadUrl` is a program that calls `serveSockets` when it runs as a worker. With a descriptor for
   * reports, ports are reached through a gateway (dev-handover.ts).
   */
  constructor(threadUrl: URL, wake: Int32Array, reportDescriptor?: number) {
    this.#threadUrl = threadUrl;
    this.#wake = wake;
    this.#reportDescriptor = reportDescriptor;
  }

  /** Starts the second thread before it is needed. */
  prepare(): void {
    this.#port ??= this.#startThread();
  }

  open(family: SocketAddress["family"], type: number): number {
    const handle = this.#nextHandle;
    this.#nextHandle += 2;
    this.#sockets.set(handle, newState(family, type));
    return handle;
  }

  bind(handle: number, address: SocketAddress): number {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (socket.phase !== "new") return -inval;
    socket.phase = "binding";
    const { type, ipv6Only } = socket;
    this.#ask({ verb: "bind", handle, type, ipv6Only, ...address });
    this.#waitWhile(() => socket.phase === "binding");
    const error = this.#takeError(socket);
    if (error !== 0) return error;
    for (const membership of socket.memberships.splice(0)) this.setMembership(handle, membership);
    return 0;
  }

  listen(handle: number, backlog: number): number {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (socket.phase === "new") {
      const address = socket.family === "IPv4" ? "0.0.0.0" : "::";
      const failure = this.bind(handle, { family: socket.family, address, port: 0 });
      if (failure !== 0) return failure;
    }
    if (socket.phase === "connected" || socket.phase === "connecting") return -inval;
    socket.phase = "listening";
    this.#ask({ verb: "listen", handle, backlog });
    return 0;
  }

  accept(handle: number): { handle: number; peer: SocketAddress } | number {
    this.#drain();
    const connection = this.#sockets.get(handle)?.connections.shift();
    if (connection === undefined) return -again;
    this.#ask({ verb: "accepted", handle });
    return connection;
  }

  connect(handle: number, address: SocketAddress): number {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (socket.phase === "connected" && socket.type === socketTypes.stream) return -isconn;
    this.#ask({ verb: "connect", handle, type: socket.type, ...address });
    if (socket.type === socketTypes.datagram) {
      socket.phase = "connected";
      return 0;
    }
    socket.phase = "connecting";
    return -inprogress;
  }

  receive(handle: number, capacity: number, isPeeking: boolean): Received | number {
    this.#drain();
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    const [first] = socket.received;
    if (first === undefined) return this.#nothingReceived(socket);
    const isStream = socket.type === socketTypes.stream;
    const bytes = first.bytes.subarray(0, capacity);
    if (isPeeking) return { ...first, bytes };
    if (isStream && bytes.length < first.bytes.length) {
      socket.received[0] = { bytes: first.bytes.subarray(capacity) };
    } else socket.received.shift();
    if (isStream) this.#ask({ verb: "consumed", handle, count: bytes.length });
    return { ...first, bytes };
  }

  #nothingReceived(socket: SocketState): Received | number {
    if (socket.error !== 0) return this.#takeError(socket);
    if (socket.hasEnded) return { bytes: new Uint8Array(0) };
    const isUnconnected = socket.type === socketTypes.stream && socket.phase !== "connected";
    return isUnconnected && socket.phase !== "connecting" ? -notconn : -again;
  }

  send(handle: number, bytes: Uint8Array, to: SocketAddress | undefined): number {
    this.#drain();
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (socket.error !== 0) return this.#takeError(socket);
    if (socket.hasEndedSending || socket.phase === "failed") return -pipe;
    if (socket.phase === "connecting") return -again;
    const isStream = socket.type === socketTypes.stream;
    if (isStream && socket.phase !== "connected") return -notconn;
    if (!isStream && to === undefined && socket.phase !== "connected") {
      return -wasiErrors.destaddrreq;
    }
    if (!isStream && bytes.length > 65_507) return -wasiErrors.msgsize;
    const room = windowBytes - socket.unsent;
    if (room <= 0) return -again;
    const part = bytes.slice(0, isStream ? room : bytes.length);
    socket.unsent += part.length;
    const target = socket.phase === "connected" ? undefined : to;
    this.#ask({ verb: "send", handle, bytes: part, family: socket.family, to: target });
    return part.length;
  }

  shutdown(handle: number, how: number): number {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (socket.phase !== "connected") return -notconn;
    if ((how & 1) !== 0) socket.hasEnded = true;
    if ((how & 2) !== 0 && !socket.hasEndedSending) {
      socket.hasEndedSending = true;
      this.#ask({ verb: "end", handle });
    }
    if ((how & 1) !== 0) this.#report(socket, readable | hungUp);
    return 0;
  }

  close(handle: number): void {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return;
    for (const { handle: waiting } of socket.connections) this.close(waiting);
    this.#sockets.delete(handle);
    if (socket.mark !== undefined) this.#events.delete(socket.mark);
    if (socket.phase !== "new") this.#ask({ verb: "close", handle });
  }

  localAddress(handle: number): SocketAddress | number {
    this.#drain();
    return this.#sockets.get(handle)?.local ?? -badf;
  }

  option(handle: number, option: number): number {
    this.#drain();
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (option === optionNumbers.error) return -this.#takeError(socket);
    if (option === optionNumbers.linger) return -1;
    const isBuffer = option === optionNumbers.sendBuffer || option === optionNumbers.receiveBuffer;
    return isBuffer ? windowBytes : 0;
  }

  setOption(handle: number, option: number, value: number): number {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (option === optionNumbers.error || option > 17) return -noprotoopt;
    if (option === optionNumbers.ipv6Only) socket.ipv6Only = value !== 0;
    else if (socket.phase !== "new") this.#ask({ verb: "option", handle, option, value });
    return 0;
  }

  setMembership(handle: number, membership: Membership): number {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return -badf;
    if (socket.phase === "new") {
      socket.memberships.push(membership);
      return 0;
    }
    socket.membershipCode = undefined;
    this.#ask({ verb: "membership", handle, ...membership });
    this.#waitWhile(() => socket.membershipCode === undefined);
    return socket.membershipCode ? -errorNumber(socket.membershipCode) : 0;
  }

  watch(handle: number, mark: number): void {
    const socket = this.#sockets.get(handle);
    if (socket === undefined) return;
    socket.mark = mark;
    this.#report(socket, this.#readinessOf(socket));
  }

  takeEvents(limit: number): [number, number][] {
    this.#drain();
    const taken = [...this.#events].slice(0, limit);
    for (const [mark] of taken) this.#events.delete(mark);
    return taken;
  }

  hasEvents(): boolean {
    this.#drain();
    return this.#events.size > 0;
  }

  isReadable(handle: number): boolean {
    this.#drain();
    const socket = this.#sockets.get(handle);
    return socket !== undefined && (this.#readinessOf(socket) & readable) !== 0;
  }

  hostFile(name: "hosts" | "resolv.conf"): string {
    if (name === "resolv.conf") return getServers().map(serverLine).join("");
    const path = "/etc/hosts";
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** Waits, but not for long, until everything that was sent has left this process. */
  finish(): void {
    if (this.#port === undefined) return;
    this.#ask({ verb: "finish" });
    const end = performance.now() + finishMs;
    this.#waitWhile(() => !this.#isFinished && performance.now() < end, finishMs);
  }

  #readinessOf(socket: SocketState): number {
    const { phase, type } = socket;
    const hasInput = socket.received.length > 0 || socket.connections.length > 0 || socket.hasEnded;
    const canSend =
      (phase === "connected" || type === socketTypes.datagram) && socket.unsent < windowBytes;
    const isBroken = phase === "failed" || socket.error !== 0;
    return (
      (hasInput || isBroken ? readable : 0) |
      (canSend || isBroken ? writable : 0) |
      (socket.hasEnded || isBroken ? hungUp : 0)
    );
  }

  #report(socket: SocketState, bits: number): void {
    if (socket.mark === undefined || bits === 0) return;
    this.#events.set(socket.mark, (this.#events.get(socket.mark) ?? 0) | bits);
  }

  #takeError(socket: SocketState): number {
    const { error } = socket;
    socket.error = 0;
    return error === 0 ? 0 : -error;
  }

  #ask(command: SocketCommand): void {
    this.#port ??= this.#startThread();
    this.#port.postMessage(command, []);
  }

  #startThread(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const reportDescriptor = this.#reportDescriptor;
    const data = { kind: "sockets", port: port2, wake: this.#wake.buffer, reportDescriptor };
    new Worker(this.#threadUrl, { workerData: data, transferList: [port2] }).unref();
    port1.unref();
    return port1;
  }

  #waitWhile(isWaiting: () => boolean, longestMs?: number): void {
    for (;;) {
      const seen = Atomics.load(this.#wake, 0);
      this.#drain();
      if (!isWaiting()) return;
      Atomics.wait(this.#wake, 0, seen, longestMs);
    }
  }

  #drain(): void {
    if (this.#port === undefined) return;
    for (;;) {
      const received: Delivery | undefined = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      this.#note(received.message);
    }
  }

  #note(event: SocketEvent): void {
    if (event.event === "finished") {
      this.#isFinished = true;
      return;
    }
    if (event.event === "connection") {
      this.#noteConnection(event);
      return;
    }
    const socket = this.#sockets.get(event.handle);
    if (socket === undefined) return;
    switch (event.event) {
      case "bound":
        if (socket.phase === "binding") socket.phase = "bound";
        socket.local = event.local;
        return;
      case "connected":
        socket.phase = "connected";
        socket.local = event.local;
        break;
      case "failed":
        this.#noteFailure(socket, event.code);
        break;
      case "data":
        socket.received.push({ bytes: event.bytes });
        break;
      case "datagram":
        if (socket.received.length < datagramLimit) socket.received.push(event);
        break;
      case "end":
        socket.hasEnded = true;
        break;
      case "sent":
        socket.unsent -= event.count;
        break;
      case "membership":
        socket.membershipCode = event.code;
        return;
    }
    this.#report(socket, this.#readinessOf(socket));
  }

  #noteConnection(event: Extract<SocketEvent, { event: "connection" }>): void {
    const { handle, accepted, local, peer } = event;
    const listener = this.#sockets.get(handle);
    if (listener === undefined) {
      this.#ask({ verb: "close", handle: accepted });
      return;
    }
    const state = newState(listener.family, socketTypes.stream);
    this.#sockets.set(accepted, { ...state, phase: "connected", local });
    listener.connections.push({ handle: accepted, peer });
    this.#report(listener, readable);
  }

  #noteFailure(socket: SocketState, code: string): void {
    // A bind that failed may be tried again with another address.
    socket.phase = socket.phase === "binding" ? "new" : "failed";
    socket.error = errorNumber(code);
    socket.hasEnded = socket.phase === "failed";
  }
}

/** WASI's number of an error that Node names. */
function errorNumber(code: string): number {
  const known: Readonly<Record<string, number>> = wasiErrors;
  return known[code.slice(1).toLowerCase()] ?? connreset;
}

function newState(family: SocketAddress["family"], type: number): SocketState {
  const address = family === "IPv4" ? "0.0.0.0" : "::";
  return {
    family,
    type,
    mark: undefined,
    phase: "new",
    local: { family, address, port: 0 },
    received: [],
    connections: [],
    unsent: 0,
    hasEnded: false,
    hasEndedSending: false,
    ipv6Only: false,
    memberships: [],
    membershipCode: undefined,
    error: 0,
  };
}

/** A server as resolv.conf(5) has it; those with a port of their own are left out. */
function serverLine(address: string): string {
  return /\]:\d+$|^[\d.]+:\d+$/.test(address) ? "" : `nameserver ${address}\n`;
}
