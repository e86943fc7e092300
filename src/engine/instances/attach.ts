/** The way to an instance's standard streams (contracts/supervisor.ts). */
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { attachFrames } from "../../contracts/supervisor.ts";
import type { StoredInstance } from "./instance-store.ts";
import { askSupervisor, connectSupervisor } from "./supervisor.ts";

/** Ctrl-P Ctrl-Q, by which people of container engines go and leave an instance running. */
const detachKeys = [0x10, 0x11] as const;
const columnLimit = 999;

/** The user's side of a connection. */
export interface AttachedStreams {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether the keys are looked for in what is typed. */
  readonly hasKeys: boolean;
}

/** How it ended: with the instance, by the keys, or because there was nobody to be attached to. */
export type AttachEnd = { readonly status: number } | "detached" | "lost";

/** Connects streams to an instance's until one of them ends. */
export async function attach(
  { record }: StoredInstance,
  streams: AttachedStreams,
): Promise<AttachEnd> {
  const socket = connectSupervisor(record.id);
  const { stdin } = streams;
  const keys = new KeyFilter();
  return await new Promise((settle) => {
    const finish = (end: AttachEnd): void => {
      stdin?.removeAllListeners("data").pause();
      socket.destroy();
      settle(end);
    };
    const frames = new FrameReader();
    socket.on("data", (bytes: Buffer) => {
      for (const { kind, payload } of frames.push(bytes)) {
        if (kind === attachFrames.ready) passInput(streams, socket, keys, finish);
        else if (kind === attachFrames.stdout) streams.stdout.write(payload);
        else if (kind === attachFrames.stderr) streams.stderr.write(payload);
        else if (payload.length === 4) finish({ status: payload.readUInt32LE(0) });
      }
    });
    socket.on("error", () => finish("lost"));
    socket.on("close", () => finish("lost"));
    socket.write("attach\n");
  });
}

/** Tells an instance how large the user's terminal is. */
export async function resizeTerminal(
  { record }: StoredInstance,
  rows: number,
  columns: number,
): Promise<void> {
  const size = Math.min(rows, columnLimit) * 1000 + Math.min(columns, columnLimit);
  await askSupervisor(record.id, `resize ${size}`);
}

function passInput(
  { stdin, hasKeys }: AttachedStreams,
  socket: Socket,
  keys: KeyFilter,
  finish: (end: AttachEnd) => void,
): void {
  stdin?.on("data", (bytes: Buffer) => {
    const { rest, isDetached } = hasKeys ? keys.push(bytes) : { rest: bytes, isDetached: false };
    if (isDetached) finish("detached");
    else if (!socket.write(rest)) {
      stdin.pause();
      socket.once("drain", () => stdin.resume());
    }
  });
  stdin?.once("end", () => socket.end());
}

/** Finds the keys in what is typed, which may come in any pieces. */
export class KeyFilter {
  #held = 0;

  /** What is to be passed on; the first of the keys waits for what follows it. */
  push(bytes: Uint8Array): { readonly rest: Buffer; readonly isDetached: boolean } {
    const rest: number[] = [];
    for (const byte of bytes) {
      if (byte === detachKeys[this.#held]) {
        this.#held++;
        if (this.#held === detachKeys.length) return { rest: Buffer.from(rest), isDetached: true };
        continue;
      }
      rest.push(...detachKeys.slice(0, this.#held));
      this.#held = 0;
      if (byte === detachKeys[0]) this.#held = 1;
      else rest.push(byte);
    }
    return { rest: Buffer.from(rest), isDetached: false };
  }
}

interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

/** Cuts what comes into frames. */
class FrameReader {
  #received = Buffer.alloc(0);

  *push(bytes: Buffer): Generator<Frame> {
    this.#received = Buffer.concat([this.#received, bytes]);
    const { headerBytes } = attachFrames;
    while (this.#received.length >= headerBytes) {
      const end = headerBytes + this.#received.readUInt16LE(2);
      if (this.#received.length < end) return;
      yield {
        kind: this.#received.readUInt16LE(0),
        payload: this.#received.subarray(headerBytes, end),
      };
      this.#received = this.#received.subarray(end);
    }
  }
}
