/** What a machine on the node platform needs of a network: sockets that never wait. */
import { wasiErrors } from "../contracts/wasi-preview1.ts";

/** An address as Node writes it. */
export interface SocketAddress {
  readonly family: "IPv4" | "IPv6";
  readonly address: string;
  readonly port: number;
}

/** What was received, and from whom if it is a datagram. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly from?: SocketAddress;
}

/** Kinds of sockets, by WASI's numbers. */
export const socketTypes = { datagram: 1, stream: 2 } as const;

/** Bits of readiness (kernel/net/socket-table.as.ts). */
export const readinessBits = { readable: 1, writable: 2, hungUp: 4 } as const;

/** That a socket is in a multicast group, or no more. */
export interface Membership {
  readonly group: string;
  /** An address of the interface on which; of no meaning with a number other than 0. */
  readonly own: string;
  /** The interface's number on the host, or 0. */
  readonly number: number;
  readonly joins: boolean;
}

/** Sockets by handle; a number below 0 is a negated WASI error number. */
export interface Network {
  open(family: SocketAddress["family"], type: number): number;
  bind(handle: number, address: SocketAddress): number;
  listen(handle: number, backlog: number): number;
  accept(handle: number): { readonly handle: number; readonly peer: SocketAddress } | number;
  connect(handle: number, address: SocketAddress): number;
  receive(handle: number, capacity: number, isPeeking: boolean): Received | number;
  /** Takes the bytes over as far as there is room: how many. */
  send(handle: number, bytes: Uint8Array, to: SocketAddress | undefined): number;
  /** Ends receiving (1), sending (2) or both (3). */
  shutdown(handle: number, how: number): number;
  close(handle: number): void;
  localAddress(handle: number): SocketAddress | number;
  option(handle: number, option: number): number;
  setOption(handle: number, option: number, value: number): number;
  /** Joins a multicast group, or leaves it. */
  setMembership(handle: number, membership: Membership): number;
  /** Has the handle's events reported under a mark. */
  watch(handle: number, mark: number): void;
  /** Takes at most `limit` events: marks and what has become ready. */
  takeEvents(limit: number): readonly (readonly [mark: number, readiness: number])[];
  hasEvents(): boolean;
  isReadable(handle: number): boolean;
  /** The text of /etc/hosts, or of /etc/resolv.conf, or what says the same. */
  hostFile(name: "hosts" | "resolv.conf"): string;
}

const refusal = -wasiErrors.notsup;

/** No network at all. */
export const noNetwork: Network = {
  open: () => refusal,
  bind: () => refusal,
  listen: () => refusal,
  accept: () => refusal,
  connect: () => refusal,
  receive: () => refusal,
  send: () => refusal,
  shutdown: () => refusal,
  close: () => {},
  localAddress: () => refusal,
  option: () => refusal,
  setOption: () => refusal,
  setMembership: () => refusal,
  watch: () => {},
  takeEvents: () => [],
  hasEvents: () => false,
  isReadable: () => false,
  hostFile: () => "",
};

const families = { IPv4: 1, IPv6: 2 } as const;

/** Writes an address as the kernel has it (kernel/net/address.as.ts), 20 bytes. */
export function writeKernelAddress(view: DataView, pointer: number, from: SocketAddress): void {
  const bytes = addressBytes(from.address);
  new Uint8Array(view.buffer, pointer, 20).fill(0);
  view.setUint16(pointer, bytes.length === 4 ? families.IPv4 : families.IPv6, true);
  view.setUint16(pointer + 2, from.port, true);
  new Uint8Array(view.buffer).set(bytes, pointer + 4);
}

/** Reads an address of the kernel's. */
export function readKernelAddress(view: DataView, pointer: number): SocketAddress {
  const port = view.getUint16(pointer + 2, true);
  const bytes = new Uint8Array(view.buffer, pointer + 4, 16);
  if (view.getUint16(pointer, true) === families.IPv4) {
    return { family: "IPv4", address: bytes.subarray(0, 4).join("."), port };
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    view.getUint16(pointer + 4 + index * 2, false).toString(16),
  );
  return { family: "IPv6", address: groups.join(":"), port };
}

/** The 4 or 16 bytes of an address's text; IPv6 that stands for IPv4 gives 4. */
function addressBytes(text: string): readonly number[] {
  const plain = text.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain.split(".").map(Number);
  const [head = "", tail] = plain.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeroes = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeroes, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}
