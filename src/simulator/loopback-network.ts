import { wasiErrors } from "../contracts/wasi-preview1.ts";
import {
  type Network,
  type Received,
  readinessBits,
  type SocketAddress,
  socketTypes,
} from "./network.ts";

const { addrinuse, again, badf, connrefused, destaddrreq, inprogress, inval, notconn, pipe } =
  wasiErrors;
const { readable, writable, hungUp } = readinessBits;
const errorOption = 2;
const firstFreePort = 49_152;

interface Endpoint {
  readonly type: number;
  local: SocketAddress;
  isBound: boolean;
  isListening: boolean;
  peer: Endpoint | undefined;
  /** A datagram socket's usual target. */
  target: SocketAddress | undefined;
  error: number;
  readonly received: Received[];
  readonly connections: { readonly handle: number; readonly peer: SocketAddress }[];
  hasEnded: boolean;
  hasEndedSending: boolean;
  mark: number | undefined;
}

/**
 * A network inside one process: whatever is sent arrives at once, and every host is this one. The
 * machines of a simulation may share it, and tests may take part with handles of their own.
 */
export class LoopbackNetwork implements Network {
  private readonly endpoints = new Map<number, Endpoint>();
  private readonly events = new Map<number, number>();
  private nextHandle = 1;
  private nextPort = firstFreePort;
  private readonly windowBytes: number;

  /** What `hostFile` gives; nothing by default. */
  readonly hostFiles: Partial<Record<"hosts" | "resolv.conf", string>> = {};

  /** `windowBytes` is what one side may send before the other side reads. */
  constructor(windowBytes = 65_536) {
    this.windowBytes = windowBytes;
  }

  open(family: SocketAddress["family"], type: number): number {
    return this.add(family, type);
  }

  bind(handle: number, address: SocketAddress): number {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return -badf;
    if (endpoint.isBound) return -inval;
    const port = address.port === 0 ? this.nextPort++ : address.port;
    if (this.find(endpoint.type, port) !== undefined) return -addrinuse;
    endpoint.local = { ...address, port };
    endpoint.isBound = true;
    return 0;
  }

  listen(handle: number): number {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return -badf;
    if (!endpoint.isBound) this.bind(handle, endpoint.local);
    endpoint.isListening = true;
    return 0;
  }

  accept(handle: number): { handle: number; peer: SocketAddress } | number {
    return this.endpoints.get(handle)?.connections.shift() ?? -again;
  }

  connect(handle: number, address: SocketAddress): number {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return -badf;
    if (!endpoint.isBound) this.bind(handle, { ...endpoint.local, address: "127.0.0.1" });
    if (endpoint.type === socketTypes.datagram) {
      endpoint.target = address;
      return 0;
    }
    const listener = this.find(socketTypes.stream, address.port);
    if (listener?.isListening !== true) {
      endpoint.error = connrefused;
      this.report(endpoint);
      return -inprogress;
    }
    const accepted = this.add(address.family, socketTypes.stream);
    const other = this.endpoints.get(accepted);
    if (other === undefined) return -badf;
    other.local = listener.local;
    other.peer = endpoint;
    endpoint.peer = other;
    listener.connections.push({ handle: accepted, peer: endpoint.local });
    this.report(listener);
    this.report(endpoint);
    return -inprogress;
  }

  receive(handle: number, capacity: number, isPeeking: boolean): Received | number {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return -badf;
    const [first] = endpoint.received;
    if (first === undefined) {
      if (endpoint.error !== 0) return this.takeError(endpoint);
      if (endpoint.hasEnded) return { bytes: new Uint8Array(0) };
      const isStream = endpoint.type === socketTypes.stream;
      return isStream && endpoint.peer === undefined ? -notconn : -again;
    }
    const bytes = first.bytes.subarray(0, capacity);
    if (isPeeking) return { ...first, bytes };
    const isCut = endpoint.type === socketTypes.stream && bytes.length < first.bytes.length;
    if (isCut) endpoint.received[0] = { bytes: first.bytes.subarray(capacity) };
    else endpoint.received.shift();
    if (endpoint.peer !== undefined) this.report(endpoint.peer);
    return { ...first, bytes };
  }

  send(handle: number, bytes: Uint8Array, to: SocketAddress | undefined): number {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return -badf;
    if (endpoint.type === socketTypes.datagram)
      return this.sendDatagram(handle, endpoint, bytes, to);
    if (endpoint.hasEndedSending) return -pipe;
    const { peer } = endpoint;
    if (peer === undefined) return endpoint.hasEnded ? -pipe : -notconn;
    const room = this.windowBytes - waitingBytes(peer);
    if (room <= 0) return -again;
    const part = bytes.slice(0, room);
    if (part.length > 0) peer.received.push({ bytes: part });
    this.report(peer);
    return part.length;
  }

  shutdown(handle: number, how: number): number {
    const endpoint = this.endpoints.get(handle);
    if (endpoint?.peer === undefined) return endpoint === undefined ? -badf : -notconn;
    if ((how & 1) !== 0) endpoint.hasEnded = true;
    if ((how & 2) !== 0) {
      endpoint.hasEndedSending = true;
      endpoint.peer.hasEnded = true;
      this.report(endpoint.peer);
    }
    return 0;
  }

  close(handle: number): void {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return;
    this.endpoints.delete(handle);
    if (endpoint.mark !== undefined) this.events.delete(endpoint.mark);
    for (const { handle: waiting } of endpoint.connections) this.close(waiting);
    const { peer } = endpoint;
    if (peer === undefined) return;
    peer.peer = undefined;
    peer.hasEnded = true;
    this.report(peer);
  }

  localAddress(handle: number): SocketAddress | number {
    return this.endpoints.get(handle)?.local ?? -badf;
  }

  option(handle: number, option: number): number {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return -badf;
    return option === errorOption ? -this.takeError(endpoint) : 0;
  }

  setOption(handle: number): number {
    return this.endpoints.has(handle) ? 0 : -badf;
  }

  setMembership(): number {
    return -wasiErrors.notsup;
  }

  watch(handle: number, mark: number): void {
    const endpoint = this.endpoints.get(handle);
    if (endpoint === undefined) return;
    endpoint.mark = mark;
    this.report(endpoint);
  }

  takeEvents(limit: number): [number, number][] {
    const taken = [...this.events].slice(0, limit);
    for (const [mark] of taken) this.events.delete(mark);
    return taken;
  }

  hasEvents(): boolean {
    return this.events.size > 0;
  }

  isReadable(handle: number): boolean {
    const endpoint = this.endpoints.get(handle);
    return endpoint !== undefined && (this.readinessOf(endpoint) & readable) !== 0;
  }

  hostFile(name: "hosts" | "resolv.conf"): string {
    return this.hostFiles[name] ?? "";
  }

  private add(family: SocketAddress["family"], type: number): number {
    const address = family === "IPv4" ? "0.0.0.0" : "::";
    const handle = this.nextHandle++;
    this.endpoints.set(handle, {
      type,
      local: { family, address, port: 0 },
      isBound: false,
      isListening: false,
      peer: undefined,
      target: undefined,
      error: 0,
      received: [],
      connections: [],
      hasEnded: false,
      hasEndedSending: false,
      mark: undefined,
    });
    return handle;
  }

  private sendDatagram(
    handle: number,
    from: Endpoint,
    bytes: Uint8Array,
    to: SocketAddress | undefined,
  ): number {
    const target = to ?? from.target;
    if (target === undefined) return -destaddrreq;
    if (!from.isBound) this.bind(handle, { ...from.local, address: "127.0.0.1" });
    const other = this.find(socketTypes.datagram, target.port);
    other?.received.push({ bytes: bytes.slice(), from: from.local });
    if (other !== undefined) this.report(other);
    return bytes.length;
  }

  private find(type: number, port: number): Endpoint | undefined {
    for (const endpoint of this.endpoints.values()) {
      const isServer = endpoint.isBound && endpoint.peer === undefined;
      if (isServer && endpoint.type === type && endpoint.local.port === port) return endpoint;
    }
    return undefined;
  }

  private readinessOf(endpoint: Endpoint): number {
    const { peer, received, connections, hasEnded, error, type } = endpoint;
    const hasInput = received.length > 0 || connections.length > 0 || hasEnded || error !== 0;
    const hasRoom = peer !== undefined && waitingBytes(peer) < this.windowBytes;
    const canSend = hasRoom || type === socketTypes.datagram || hasEnded || error !== 0;
    return (hasInput ? readable : 0) | (canSend ? writable : 0) | (hasEnded ? hungUp : 0);
  }

  private report(endpoint: Endpoint): void {
    const bits = this.readinessOf(endpoint);
    if (endpoint.mark === undefined || bits === 0) return;
    this.events.set(endpoint.mark, (this.events.get(endpoint.mark) ?? 0) | bits);
  }

  private takeError(endpoint: Endpoint): number {
    const { error } = endpoint;
    endpoint.error = 0;
    return -error;
  }
}

function waitingBytes(endpoint: Endpoint): number {
  return endpoint.received.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
