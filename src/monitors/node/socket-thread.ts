/** The thread of the sockets: does with Node's what the kernel's thread, which blocks, asks for. */
import { createSocket, type Socket as DatagramSocket, type RemoteInfo } from "node:dgram";
import { writeSync } from "node:fs";
import { createServer, connect as openConnection, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { Membership, SocketAddress } from "../../simulator/network.ts";
import { socketTypes } from "../../simulator/network.ts";
import type { DevReport } from "./dev-handover.ts";
import {
  type SocketCommand,
  type SocketEvent,
  type SocketThreadData,
  windowBytes,
} from "./socket-messages.ts";

const options = { broadcast: 4, keepAlive: 7, linger: 9, noDelay: 16 } as const;

/** Serves commands until the process ends. */
export function serveSockets({ port, wake, reportDescriptor }: SocketThreadData): void {
  const word = new Int32Array(wake);
  const thread = new SocketThread((event) => {
    port.postMessage(event);
    Atomics.add(word, 0, 1);
    Atomics.notify(word, 0);
  }, reportDescriptor);
  port.on("message", (command: SocketCommand) => thread.obey(command));
}

type BindCommand = Extract<SocketCommand, { verb: "bind" }>;

/** A kernel lets clients beyond an app's backlog ask again; here they are turned away. */
const leastBacklog = 1024;

interface Listener {
  readonly server: Server;
  /** Where the app believes it to be. */
  readonly asked: Pick<SocketAddress, "address" | "port">;
  waiting: number;
  backlog: number;
}

class SocketThread {
  readonly #tell: (event: SocketEvent) => void;
  readonly #listeners = new Map<number, Listener>();
  readonly #connections = new Map<number, Socket>();
  readonly #datagrams = new Map<number, DatagramSocket>();
  /** Bytes told to the kernel and not consumed yet. */
  readonly #untaken = new Map<number, number>();
  /** Connections that are to be reset when they are closed. */
  readonly #abrupt = new Set<number>();
  #nextAccepted = 1;
  #unsent = 0;
  #isFinishing = false;

  readonly #reportDescriptor: number | undefined;

  constructor(tell: (event: SocketEvent) => void, reportDescriptor: number | undefined) {
    this.#tell = tell;
    this.#reportDescriptor = reportDescriptor;
  }

  obey(command: SocketCommand): void {
    switch (command.verb) {
      case "bind":
        if (command.type === socketTypes.stream) this.#bindListener(command);
        else this.#bindDatagram(command);
        break;
      case "listen":
        this.#listen(command.handle, command.backlog);
        break;
      case "accepted":
        this.#accepted(command.handle);
        break;
      case "connect":
        if (command.type === socketTypes.stream) this.#connect(command);
        else this.#connectDatagram(command);
        break;
      case "send":
        this.#send(command);
        break;
      case "consumed":
        this.#consumed(command.handle, command.count);
        break;
      case "end":
        this.#connections.get(command.handle)?.end();
        break;
      case "close":
        this.#close(command.handle);
        break;
      case "option":
        this.#setOption(command.handle, command.option, command.value);
        break;
      case "membership":
        this.#setMembership(command);
        break;
      case "finish":
        this.#isFinishing = true;
        this.#finish();
    }
  }

  /** Node binds and listens at once; connections that come before `listen` wait. */
  #bindListener({ handle, family, address, port, ipv6Only }: BindCommand): void {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const asked = { address, port };
    this.#listeners.set(handle, { server, asked, waiting: 0, backlog: leastBacklog });
    server.on("error", (error) => this.#fail(handle, error));
    server.on("connection", (socket) => this.#offer(handle, socket));
    const hasGateway = this.#reportDescriptor !== undefined && port !== 0;
    const place = hasGateway ? { port: 0, host: "127.0.0.1" } : { port, host: address };
    server.listen({ ...place, ipv6Only, exclusive: true }, () => {
      const local = server.address();
      if (local !== null && typeof local === "object") {
        const shown = hasGateway ? { ...local, ...asked } : local;
        this.#tell({ event: "bound", handle, local: addressOf(shown, family) });
      }
    });
  }

  #listen(handle: number, backlog: number): void {
    const listener = this.#listeners.get(handle);
    if (listener === undefined) return;
    listener.backlog = Math.max(leastBacklog, Math.min(backlog, 4096));
    const local = listener.server.address();
    if (local === null || typeof local === "string" || listener.asked.port === 0) return;
    this.#report({ report: "listening", ...listener.asked, actualPort: local.port });
  }

  #report(report: DevReport): void {
    if (this.#reportDescriptor === undefined) return;
    writeSync(this.#reportDescriptor, `${JSON.stringify(report)}\n`);
  }

  #offer(handle: number, socket: Socket): void {
    const listener = this.#listeners.get(handle);
    if (listener === undefined || listener.waiting > listener.backlog) {
      socket.destroy();
      return;
    }
    listener.waiting++;
    const accepted = this.#nextAccepted;
    this.#nextAccepted += 2;
    this.#adopt(accepted, socket);
    const peer = peerOf(socket);
    this.#tell({ event: "connection", handle, accepted, local: localOf(socket), peer });
    socket.resume();
  }

  #accepted(handle: number): void {
    const listener = this.#listeners.get(handle);
    if (listener !== undefined) listener.waiting--;
  }

  #adopt(handle: number, socket: Socket): void {
    this.#connections.set(handle, socket);
    this.#untaken.set(handle, 0);
    socket.on("data", (bytes: Buffer) => {
      this.#untaken.set(handle, (this.#untaken.get(handle) ?? 0) + bytes.length);
      if ((this.#untaken.get(handle) ?? 0) > windowBytes) socket.pause();
      this.#tell({ event: "data", handle, bytes: Uint8Array.from(bytes) });
    });
    socket.on("end", () => this.#tell({ event: "end", handle }));
    socket.on("error", (error) => this.#fail(handle, error));
    socket.on("close", () => this.#connections.delete(handle));
  }

  #connect({ handle, address, port }: SocketAddress & { handle: number }): void {
    const bound = this.#listeners.get(handle);
    const from = bound?.server.address();
    bound?.server.close();
    this.#listeners.delete(handle);
    const local =
      from !== null && typeof from === "object"
        ? { localAddress: from.address, localPort: from.port }
        : {};
    const socket = openConnection({ host: address, port, allowHalfOpen: true, ...local });
    this.#adopt(handle, socket);
    socket.once("connect", () => {
      this.#tell({ event: "connected", handle, local: localOf(socket) });
    });
  }

  #bindDatagram({ handle, family, address, port, ipv6Only }: BindCommand): void {
    this.#datagram(handle, family, ipv6Only).bind(port, address);
  }

  #datagram(handle: number, family: SocketAddress["family"], ipv6Only = false): DatagramSocket {
    const known = this.#datagrams.get(handle);
    if (known !== undefined) return known;
    // With a gateway, the next version binds the port while the last one still has it.
    const reuseAddr = this.#reportDescriptor !== undefined;
    const type = family === "IPv4" ? "udp4" : "udp6";
    const socket = createSocket({ type, reuseAddr, ipv6Only });
    this.#datagrams.set(handle, socket);
    socket.on("error", (error) => this.#fail(handle, error));
    socket.on("listening", () => {
      this.#tell({ event: "bound", handle, local: addressOf(socket.address(), family) });
    });
    socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
      const copy = Uint8Array.from(bytes);
      this.#tell({ event: "datagram", handle, bytes: copy, from: addressOf(from, family) });
    });
    return socket;
  }

  #connectDatagram({ handle, family, address, port }: SocketAddress & { handle: number }): void {
    this.#datagram(handle, family).connect(port, address);
  }

  #send(command: Extract<SocketCommand, { verb: "send" }>): void {
    const { handle, bytes, to, family } = command;
    this.#unsent++;
    const done = () => {
      this.#unsent--;
      this.#tell({ event: "sent", handle, count: bytes.length });
      this.#finish();
    };
    const connection = this.#connections.get(handle);
    if (connection !== undefined) {
      connection.write(bytes, done);
      return;
    }
    const socket = this.#datagram(handle, family);
    if (to === undefined) socket.send(bytes, done);
    else socket.send(bytes, to.port, to.address, done);
  }

  #consumed(handle: number, count: number): void {
    const left = (this.#untaken.get(handle) ?? 0) - count;
    this.#untaken.set(handle, left);
    if (left <= windowBytes) this.#connections.get(handle)?.resume();
  }

  #close(handle: number): void {
    const connection = this.#connections.get(handle);
    if (this.#abrupt.delete(handle)) connection?.resetAndDestroy();
    // What the kernel has sent still goes out; what arrives now is nobody's.
    else connection?.removeAllListeners("data").resume().destroySoon();
    this.#listeners.get(handle)?.server.close();
    this.#listeners.delete(handle);
    this.#datagrams.get(handle)?.close();
    this.#datagrams.delete(handle);
    this.#untaken.delete(handle);
  }

  #setOption(handle: number, option: number, value: number): void {
    const connection = this.#connections.get(handle);
    if (option === options.noDelay) connection?.setNoDelay(value !== 0);
    else if (option === options.linger && value === 0) this.#abrupt.add(handle);
    else if (option === options.keepAlive) connection?.setKeepAlive(value !== 0);
    else if (option === options.broadcast) this.#datagrams.get(handle)?.setBroadcast(value !== 0);
  }

  #setMembership({ handle, joins, ...membership }: Membership & { handle: number }): void {
    const socket = this.#datagrams.get(handle);
    let code = "";
    try {
      const place = interfaceOf(membership);
      if (joins) socket?.addMembership(membership.group, place);
      else socket?.dropMembership(membership.group, place);
    } catch (error) {
      code = codeOf(error);
    }
    this.#tell({ event: "membership", handle, code });
  }

  #fail(handle: number, error: Error): void {
    this.#tell({ event: "failed", handle, code: codeOf(error) });
  }

  #finish(): void {
    if (this.#isFinishing && this.#unsent === 0) this.#tell({ event: "finished" });
  }
}

function addressOf(
  info: { address: string; port: number },
  family: SocketAddress["family"],
): SocketAddress {
  return { family, address: info.address, port: info.port };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "EIO";
}

/**
 * An interface as Node names it: by its address for IPv4, by its name for IPv6; undefined where the
 * host is to choose. Node tells numbers with addresses of IPv6 alone.
 */
function interfaceOf({ group, own, number }: Omit<Membership, "joins">): string | undefined {
  const isIpv4 = !group.includes(":");
  if (number === 0) return isIpv4 && own !== "0.0.0.0" ? own : undefined;
  for (const [name, entries = []] of Object.entries(networkInterfaces())) {
    if (!entries.some((entry) => entry.family === "IPv6" && entry.scopeid === number)) continue;
    if (!isIpv4) return `::%${name}`;
    const address = entries.find((entry) => entry.family === "IPv4")?.address;
    if (address !== undefined) return address;
  }
  throw Object.assign(new Error("no such interface"), { code: "ENODEV" });
}

function localOf(socket: Socket): SocketAddress {
  const { localAddress: address = "::", localPort: port = 0 } = socket;
  return { family: address.includes(":") ? "IPv6" : "IPv4", address, port };
}

function peerOf(socket: Socket): SocketAddress {
  const { remoteAddress: address = "::", remotePort: port = 0 } = socket;
  return { family: address.includes(":") ? "IPv6" : "IPv4", address, port };
}
