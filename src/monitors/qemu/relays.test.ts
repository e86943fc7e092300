import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import type { PortForward } from "../interface.ts";
import { openRelays } from "./relays.ts";

async function bound(type: "udp4" | "udp6", port: number, address: string): Promise<Socket> {
  const socket = createSocket(type);
  socket.bind(port, address);
  await once(socket, "listening");
  return socket;
}

async function freePort(): Promise<number> {
  const socket = await bound("udp6", 0, "::1");
  const { port } = socket.address();
  socket.close();
  return port;
}

async function said(socket: Socket): Promise<string> {
  return await new Promise((settle) => {
    socket.once("message", (bytes) => settle(bytes.toString("utf8")));
  });
}

const forward = (hostPort: number, hostAddress = "::1"): PortForward => {
  return { protocol: "udp", hostAddress, hostPort, guestPort: 53 };
};

test("datagrams of an IPv6 port go on to an own address, and each client hears its answers", async () => {
  const port = await freePort();
  const relays = await openRelays([forward(port), forward(9, "127.0.0.1")]);
  const [relayed, other] = relays.forwards;
  expect(other).toEqual(forward(9, "127.0.0.1"));
  expect(relayed).toMatchObject({ protocol: "udp", hostPort: port, guestPort: 53 });
  const machine = await bound("udp4", port, relayed?.hostAddress ?? "");
  machine.on("message", (bytes, { address, port: from }) => {
    machine.send(`${String(bytes)}, yes`, from, address);
  });
  const clients = await Promise.all([0, 1].map(() => bound("udp6", 0, "::1")));
  for (const turn of ["once", "again"]) {
    for (const [index, client] of clients.entries()) {
      const answer = said(client);
      client.send(`${turn} ${index}`, port, "::1");
      expect(await answer).toBe(`${turn} ${index}, yes`);
    }
  }
  relays.close();
  for (const socket of [machine, ...clients]) socket.close();
  (await bound("udp6", port, "::1")).close();
});

test("a port for datagrams that is in use is named", async () => {
  const port = await freePort();
  const holder = await bound("udp6", port, "::1");
  await expect(openRelays([forward(port)])).rejects.toThrow(
    `port [::1]:${port} (udp) cannot be published: it is in use`,
  );
  holder.close();
});
