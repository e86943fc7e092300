/** What tests of services do from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { Workplace } from "./command-line.fixture.ts";

/** Builds an image by the command line; throws what that says when it cannot. */
export async function buildImage(workplace: Workplace, words: readonly string[]): Promise<void> {
  const { status, errors } = await workplace.tsuki(["build", "--quiet", ...words]);
  if (status !== 0 || errors !== "") throw new Error(errors);
}

/** Starts an image as systemd does that has opened a socket for it (sd_listen_fds(3)). */
export async function activate(
  path: string,
  words: readonly string[] = [],
): Promise<{ child: ChildProcess; port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((settle) => server.once("listening", settle));
  const address = server.address();
  const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })["_handle"];
  // The process that is to have the socket is the one that the shell becomes.
  const script = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"';
  const child = spawn("/bin/sh", ["-c", script, path, ...words], {
    env: {},
    stdio: ["ignore", "ignore", "ignore", fd],
  });
  // The child has it; connections wait for whoever accepts them.
  server.close();
  return { child, port: typeof address === "object" && address !== null ? address.port : 0 };
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

/** Waits until a port of this host accepts connections. */
export async function untilListening(port: number, patienceMs = 10_000): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await accepts(port))) {
    if (performance.now() > endMs) throw new Error(`nobody listens on port ${port}`);
    await pause(5);
  }
}

/** Waits until it accepts none. */
export async function untilRefused(port: number, patienceMs = 10_000): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (await accepts(port)) {
    if (performance.now() > endMs) throw new Error(`port ${port} is still open`);
    await pause(5);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const isOpen = await new Promise<boolean>((settle) => {
    socket.once("connect", () => settle(true)).once("error", () => settle(false));
  });
  socket.destroy();
  return isOpen;
}
