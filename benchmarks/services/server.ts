/** Servers of this machine's: started, waited for, ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** How to start a server that listens on a port of 127.0.0.1. */
export interface ServerCommand {
  readonly words: readonly string[];
  readonly port: number;
}

/** A server that answers. */
export interface Server {
  readonly port: number;
  readonly processId: number;
  end(): Promise<void>;
}

const patienceMs = 10_000;

/** Ports that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts a server; resolves when it answers. */
export async function startServer({ words, port }: ServerCommand): Promise<Server> {
  const [program = "", ...rest] = words;
  const environment = { ...process.env, HOST: "127.0.0.1", PORT: `${port}` };
  const child = spawn(program, rest, { stdio: ["ignore", "ignore", "inherit"], env: environment });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await answered(child, port);
  } catch (error) {
    await end();
    throw error;
  }
  return { port, processId: child.pid ?? 0, end };
}

async function answered(child: ChildProcess, port: number): Promise<void> {
  const limit = performance.now() + patienceMs;
  while (performance.now() < limit && child.exitCode === null) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer();
      return;
    } catch {
      await pause(5);
    }
  }
  throw new Error(`${child.spawnfile} does not answer on port ${port}`);
}
