import type { LinkEnd } from "../faulty-link.fixture.ts";
import { internetChecksum } from "../wire/internet-checksum.fixture.ts";

/** Types of messages (RFC 2132, 9.6). */
export const messageTypes = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
} as const;

/** A message of a client, as far as the server looks at it. */
export interface ClientMessage {
  readonly type: number;
  readonly transaction: number;
  readonly clientAddress: number;
  readonly options: ReadonlyMap<number, Uint8Array>;
  /** Where the IP packet goes. */
  readonly destination: number;
}

const [serverHardware, serverAddress] = ["0200000000fe", 0x0a0900fe];

/** A DHCP server and the neighbour that it is, written by itself: it shares no code with the kernel. */
export class DhcpServer implements LinkEnd {
  send: (frame: Uint8Array) => void = () => undefined;
  /** What clients sent, in its order. */
  readonly messages: ClientMessage[] = [];
  /** Types of messages it answers; others it hears in silence. */
  answers: (message: ClientMessage) => boolean = () => true;
  /** What it offers, and what comes with it: options by their numbers. */
  address = 0x0a090042;
  leaseSeconds = 3600;
  options: readonly (readonly [number, readonly number[]])[] = [
    [1, [255, 255, 255, 0]],
    [3, [10, 9, 0, 254]],
    [6, [10, 9, 0, 253, 8, 8, 8, 8]],
    [15, [...Buffer.from("example.net")]],
    [26, [5, 120]],
  ];
  /** Addresses that somebody else on the link has. */
  readonly taken = new Set<number>();
  refuses = false;
  /** What becomes of a reply before it is sent. */
  change: (reply: Uint8Array, type: number) => void = () => undefined;

  receive(frame: Uint8Array): void {
    const view = new DataView(frame.buffer, frame.byteOffset);
    if (view.getUint16(12) === 0x0806) this.takeArp(frame, view);
    const isDhcp = view.getUint16(12) === 0x0800 && view.getUint16(36) === 67;
    if (!isDhcp) return;
    const message = readMessage(frame);
    this.messages.push(message);
    if (this.answers(message)) this.answer(message, frame);
  }

  private takeArp(frame: Uint8Array, view: DataView): void {
    const target = view.getUint32(38);
    const isOther = this.taken.has(target);
    if (view.getUint16(20) !== 1 || (target !== serverAddress && !isOther)) return;
    const hardware = isOther ? "0200000000aa" : serverHardware;
    this.send(arpFrame(2, hardware, target, frame.slice(22, 28), view.getUint32(28)));
  }

  private answer(message: ClientMessage, frame: Uint8Array): void {
    const { discover, offer, request, ack, nak } = messageTypes;
    if (message.type === discover) this.send(this.reply(message, offer, frame));
    if (message.type === request) this.send(this.reply(message, this.refuses ? nak : ack, frame));
  }

  /** A reply in a frame for everybody, or, when the client has an address, for it alone. */
  private reply(message: ClientMessage, type: number, frame: Uint8Array): Uint8Array {
    const options: (readonly [number, readonly number[]])[] = [
      [53, [type]],
      [54, word(serverAddress)],
    ];
    const isRefusal = type === messageTypes.nak;
    if (!isRefusal) options.push([51, word(this.leaseSeconds)], ...this.options);
    const body = new Uint8Array(Math.max(300, 241 + options.reduce(addSize, 0)));
    body.set([2, 1, 6, 0, ...word(message.transaction)]);
    if (!isRefusal) body.set(word(this.address), 16);
    body.set(frame.subarray(70, 76), 28);
    body.set([0x63, 0x82, 0x53, 0x63], 236);
    body.set([...options.flatMap(([kind, value]) => [kind, value.length, ...value]), 255], 240);
    this.change(body, type);
    const hasAddress = message.clientAddress !== 0 && !isRefusal;
    return udpFrame(
      hasAddress ? frame.slice(6, 12) : new Uint8Array(6).fill(255),
      hasAddress ? message.clientAddress : 0xffff_ffff,
      body,
    );
  }
}

/** An ARP packet in a frame: `to` gets it, or everybody when it is left out. */
export function arpFrame(
  operation: number,
  hardware: string,
  sender: number,
  to: Uint8Array,
  target: number,
): Uint8Array {
  const own = Buffer.from(hardware, "hex");
  const head = [...to, ...own, 8, 6, 0, 1, 8, 0, 6, 4, 0, operation];
  return Uint8Array.from([...head, ...own, ...word(sender), ...to, ...word(target)]);
}

function addSize(sum: number, [, value]: readonly [number, readonly number[]]): number {
  return sum + 2 + value.length;
}

function word(number: number): number[] {
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
}

function udpFrame(hardware: Uint8Array, destination: number, body: Uint8Array): Uint8Array {
  const total = 28 + body.length;
  const header = Uint8Array.from([
    ...[0x45, 0, total >> 8, total & 255, 0, 0, 0, 0, 64, 17, 0, 0],
    ...[...word(serverAddress), ...word(destination)],
  ]);
  const sum = internetChecksum(header);
  header.set([sum >> 8, sum & 255], 10);
  const length = 8 + body.length;
  const udp = [0, 67, 0, 68, length >> 8, length & 255, 0, 0];
  const pseudoHeader = [...header.subarray(12), 0, 17, length >> 8, length & 255];
  const check = internetChecksum(Uint8Array.from([...pseudoHeader, ...udp, ...body]));
  udp.splice(6, 2, check >> 8, check & 255);
  const ethernet = [...hardware, ...Buffer.from(serverHardware, "hex"), 8, 0];
  return Uint8Array.from([...ethernet, ...header, ...udp, ...body]);
}

function readMessage(frame: Uint8Array): ClientMessage {
  const view = new DataView(frame.buffer, frame.byteOffset + 42);
  const options = new Map<number, Uint8Array>();
  // A link may have changed some of it.
  for (let at = 240; at + 1 < view.byteLength; at += 2 + view.getUint8(at + 1)) {
    if (view.getUint8(at) === 255) break;
    const start = 42 + at + 2;
    options.set(view.getUint8(at), frame.slice(start, start + view.getUint8(at + 1)));
  }
  return {
    type: options.get(53)?.[0] ?? 0,
    transaction: view.getUint32(4),
    clientAddress: view.getUint32(12),
    options,
    destination: new DataView(frame.buffer, frame.byteOffset).getUint32(30),
  };
}
