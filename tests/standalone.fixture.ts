/** What tests of services do from outside. */
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";

/** A TCP port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((settle) => server.once("listening", settle));
  const address = server.address();
  await new Promise((settle) => server.close(settle));
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

/** Everything that a server on a port says; it is given time to begin to listen. */
export async function ask(port: number, patienceMs = 10_000): Promise<string> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    try {
      return await text(socket);
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await pause(10);
    }
  }
}
