/**
 * Locks between processes that die with their owner: a listening unix socket, in Linux's abstract
 * namespace where there is one (unix(7)), which the kernel closes however its process ends.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { abstractName } from "./abstract-socket.ts";

/** Does `work` while no other process of this user does any under a lock of the same name. */
export async function withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const path = socketPath(name);
  let lock = await tryLock(path);
  while (lock === undefined) {
    await untilReleased(path);
    lock = await tryLock(path);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

interface Lock {
  release(): void;
}

function socketPath(name: string): string {
  const label = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return process.platform === "linux"
    ? `\0${abstractName(label)}`
    : join(tmpdir(), `tsuki-${label}`);
}

/** Undefined while another process, or another part of this one, has the lock. */
async function tryLock(path: string): Promise<Lock | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(
      socket.on("error", () => socket.destroy()).on("close", () => waiting.delete(socket)),
    );
  });
  const release = (): void => {
    server.close();
    for (const socket of waiting) socket.destroy();
  };
  return await new Promise((settle, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") settle(undefined);
      else reject(error);
    });
    server.listen(path, () => settle({ release }));
  });
}

/** Waits until the lock's owner lets go of it or ends; what an owner left in a folder is removed. */
async function untilReleased(path: string): Promise<void> {
  await new Promise<void>((settle) => {
    const socket = connect(path);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" && !path.startsWith("\0")) rmSync(path, { force: true });
    });
    socket.on("close", () => settle());
    socket.resume();
  });
}
