/** Ports of the host that lead to instances in networks. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { TsukiError } from "../../contracts/errors.ts";
import type { PortForward } from "../../monitors/interface.ts";
import type { HeldLease } from "./network-store.ts";

const anywhere = "0.0.0.0";

/** Throws `network-failed` when an instance that runs, or a program of the host's, has one of the ports. */
export async function checkPorts(
  ports: readonly PortForward[],
  others: readonly HeldLease[],
): Promise<void> {
  for (const port of ports) {
    const other = others.find(
      (one) => one.isRunning && one.ports.some((its) => collide(its, port)),
    );
    if (other !== undefined) throw taken(port, `${other.name || "another instance"} has it`);
    await tryPort(port);
  }
}

function collide(one: PortForward, other: PortForward): boolean {
  const addresses = [one.hostAddress, other.hostAddress];
  const isSameAddress = addresses.includes(anywhere) || one.hostAddress === other.hostAddress;
  return one.protocol === other.protocol && one.hostPort === other.hostPort && isSameAddress;
}

/** Opens it for a moment: rules would take it away from whoever listens there. */
async function tryPort(port: PortForward): Promise<void> {
  const { protocol, hostAddress, hostPort } = port;
  const socket = protocol === "tcp" ? createServer() : createSocket("udp4");
  const opened = once(socket, "listening");
  if ("listen" in socket) socket.listen(hostPort, hostAddress);
  else socket.bind(hostPort, hostAddress);
  try {
    await opened;
  } catch (error) {
    throw taken(port, "it is in use, or not yours to open", error);
  }
  await new Promise<void>((settle) => void socket.close(() => settle()));
}

function taken({ protocol, hostAddress, hostPort }: PortForward, why: string, cause?: unknown) {
  const port = `${hostAddress}:${hostPort} (${protocol})`;
  return new TsukiError("network-failed", `port ${port} cannot be published: ${why}`, { cause });
}
