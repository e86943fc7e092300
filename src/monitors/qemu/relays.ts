/**
 * Ports on IPv6 addresses of the host's, which QEMU's user networking cannot forward: what comes to
 * them is passed on to an IPv4 address of the host itself, which it can.
 */
import { randomInt } from "node:crypto";
import { createSocket, type Socket as DatagramSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, isIPv6, type Socket } from "node:net";
import { TsukiError } from "../../contracts/errors.ts";
import type { PortForward } from "../interface.ts";

/** What is open until the machine has ended, and what is left for QEMU to forward. */
export interface Relays {
  readonly forwards: readonly PortForward[];
  readonly close: () => void;
}

/** A port that is relayed, and where to. */
interface Relay {
  readonly from: PortForward;
  readonly target: string;
  /** Told what to do when the machine has ended. */
  readonly atEnd: (close: () => void) => void;
}

/** Opens them. Throws a TsukiError when a port is in use. */
export async function openRelays(wanted: readonly PortForward[]): Promise<Relays> {
  const ends: (() => void)[] = [];
  const close = () => {
    for (const end of ends) end();
  };
  try {
    const forwards: PortForward[] = [];
    for (const from of wanted) {
      if (!isIPv6(from.hostAddress)) {
        forwards.push(from);
        continue;
      }
      const relay = { from, target: ownAddress(), atEnd: (end: () => void) => void ends.push(end) };
      await (from.protocol === "udp" ? relayDatagrams(relay) : relayStreams(relay));
      forwards.push({ ...from, hostAddress: relay.target });
    }
    return { forwards, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function relayStreams({ from, target, atEnd }: Relay): Promise<void> {
  const { hostAddress: host, hostPort: port } = from;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const guest = connect({ host: target, port, allowHalfOpen: true });
    join(client, guest, sockets);
    join(guest, client, sockets);
  });
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen({ host, port, ipv6Only: true });
  await opened(once(server, "listening"), from);
}

/** Passes what one end says on to the other, its end and its breaking off, too. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.pipe(to);
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => sockets.delete(from));
}

/** How many are answered at a time, and for how long after they were heard of last. */
const clientLimit = 256;
const patienceMs = 120_000;

/** Each client has a socket of its own towards the machine, by which answers find it again. */
async function relayDatagrams({ from, target, atEnd }: Relay): Promise<void> {
  const server = createSocket({ type: "udp6", ipv6Only: true });
  const clients = new Map<string, { readonly socket: DatagramSocket; heardMs: number }>();
  const forget = (name: string) => {
    clients.get(name)?.socket.close();
    clients.delete(name);
  };
  const socketOf = ({ address, port }: RemoteInfo): DatagramSocket => {
    const name = `${address} ${port}`;
    const known = clients.get(name);
    clients.delete(name);
    const socket = known?.socket ?? createSocket("udp4");
    // The map's order is that in which they were heard of.
    clients.set(name, { socket, heardMs: Date.now() });
    if (known === undefined) {
      socket.on("message", (bytes) => server.send(bytes, port, address));
      socket.on("error", () => {});
    }
    return socket;
  };
  server.on("message", (bytes, client) => {
    socketOf(client).send(bytes, from.hostPort, target);
    const [oldest] = clients;
    const isLate = oldest !== undefined && Date.now() - oldest[1].heardMs > patienceMs;
    if (oldest !== undefined && (isLate || clients.size > clientLimit)) forget(oldest[0]);
  });
  atEnd(() => {
    server.close();
    for (const name of [...clients.keys()]) forget(name);
  });
  server.bind({ port: from.hostPort, address: from.hostAddress });
  await opened(once(server, "listening"), from);
  server.on("error", () => {});
}

/** Throws a TsukiError where a port cannot be opened. */
async function opened(listening: Promise<unknown>, from: PortForward): Promise<void> {
  const { hostAddress, hostPort, protocol } = from;
  await listening.catch((cause: unknown) => {
    const what = `port [${hostAddress}]:${hostPort} (${protocol}) cannot be published`;
    const why = "it is in use, or not yours to open";
    throw new TsukiError("monitor-failed", `${what}: ${why}`, { cause });
  });
}

/** An address of the host alone: among so many, no port is another program's. */
function ownAddress(): string {
  return [127, randomInt(1, 255), randomInt(256), randomInt(1, 255)].join(".");
}
