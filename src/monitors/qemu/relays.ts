/**
 * Ports on IPv6 addresses of the host's, which QEMU's user networking cannot forward: connections to
 * them are passed on to an IPv4 address of the host itself, which it can.
 */
import { randomInt } from "node:crypto";
import { connect, createServer, isIPv6, type Server, type Socket } from "node:net";
import { TsukiError } from "../../contracts/errors.ts";
import type { PortForward } from "../interface.ts";

/** What is open until the machine has ended, and what is left for QEMU to forward. */
export interface Relays {
  readonly forwards: readonly PortForward[];
  readonly close: () => void;
}

/** Opens them. Throws a TsukiError when a port is in use, or is one for datagrams. */
export async function openRelays(wanted: readonly PortForward[]): Promise<Relays> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const close = () => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  try {
    const forwards: PortForward[] = [];
    for (const forward of wanted) {
      forwards.push(isIPv6(forward.hostAddress) ? await open(forward, servers, sockets) : forward);
    }
    return { forwards, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function open(
  forward: PortForward,
  servers: Server[],
  sockets: Set<Socket>,
): Promise<PortForward> {
  const { hostAddress: host, hostPort: port, protocol } = forward;
  if (protocol === "udp") {
    const advice = "give an IPv4 address, or the machine a tap";
    throw new TsukiError("usage", `[${host}]:${port} cannot be published for datagrams: ${advice}`);
  }
  const target = { ...forward, hostAddress: ownAddress() };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const guest = connect({ host: target.hostAddress, port, allowHalfOpen: true });
    join(client, guest, sockets);
    join(guest, client, sockets);
  });
  servers.push(server);
  await new Promise<void>((settle, reject) => {
    server.once("error", () => {
      const what = `port [${host}]:${port} (tcp) cannot be published`;
      reject(new TsukiError("monitor-failed", `${what}: it is in use, or not yours to open`));
    });
    server.listen({ host, port, ipv6Only: true }, settle);
  });
  return target;
}

/** Passes what one end says on to the other, its end and its breaking off, too. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.pipe(to);
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => sockets.delete(from));
}

/** An address of the host alone: among so many, no port is another program's. */
function ownAddress(): string {
  return [127, randomInt(1, 255), randomInt(256), randomInt(1, 255)].join(".");
}
