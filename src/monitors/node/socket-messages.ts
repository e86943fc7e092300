/** What the thread of the kernel and the thread of the sockets say to one another. */
import type { Membership, SocketAddress } from "../../simulator/network.ts";

/** Asked of the thread of the sockets. Handles are numbers that the kernel's thread chose. */
export type SocketCommand =
  | ({
      readonly verb: "bind";
      readonly handle: number;
      readonly type: number;
      readonly ipv6Only: boolean;
    } & SocketAddress)
  | { readonly verb: "listen"; readonly handle: number; readonly backlog: number }
  | { readonly verb: "accepted"; readonly handle: number }
  | ({ readonly verb: "connect"; readonly handle: number; readonly type: number } & SocketAddress)
  | {
      readonly verb: "send";
      readonly handle: number;
      readonly bytes: Uint8Array;
      readonly family: SocketAddress["family"];
      readonly to?: SocketAddress | undefined;
    }
  | { readonly verb: "consumed"; readonly handle: number; readonly count: number }
  | { readonly verb: "end"; readonly handle: number }
  | { readonly verb: "close"; readonly handle: number }
  | { readonly verb: "option"; readonly handle: number; readonly option: number; value: number }
  | ({ readonly verb: "membership"; readonly handle: number } & Membership)
  | { readonly verb: "finish" };

/** Told to the thread of the kernel. */
export type SocketEvent =
  | { readonly event: "bound"; readonly handle: number; readonly local: SocketAddress }
  | {
      readonly event: "connection";
      readonly handle: number;
      /** The new socket's handle, which the sockets' thread chose: odd. */
      readonly accepted: number;
      readonly local: SocketAddress;
      readonly peer: SocketAddress;
    }
  | { readonly event: "connected"; readonly handle: number; readonly local: SocketAddress }
  | { readonly event: "failed"; readonly handle: number; readonly code: string }
  | { readonly event: "data"; readonly handle: number; readonly bytes: Uint8Array }
  | {
      readonly event: "datagram";
      readonly handle: number;
      readonly bytes: Uint8Array;
      readonly from: SocketAddress;
    }
  | { readonly event: "end"; readonly handle: number }
  /** Answers "membership"; the code is empty when it has worked. */
  | { readonly event: "membership"; readonly handle: number; readonly code: string }
  | { readonly event: "sent"; readonly handle: number; readonly count: number }
  | { readonly event: "finished" };

/** What the sockets' thread is started with. */
export interface SocketThreadData {
  readonly kind: "sockets";
  readonly port: import("node:worker_threads").MessagePort;
  /** One word, counted up and notified whenever there is an event. */
  readonly wake: SharedArrayBuffer;
  /** Where to tell on which ports there really are listeners (dev-handover.ts); no gateway without. */
  readonly reportDescriptor?: number | undefined;
}

/** Bytes that may be on their way in either direction of one connection. */
export const windowBytes = 256 * 1024;
