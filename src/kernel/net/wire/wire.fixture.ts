import { BareMachine, bareHeapStart } from "../../../simulator/bare-machine.ts";
import { Timeline } from "../../../simulator/timeline.ts";
import { compileKernelPart } from "../../kernel-part.fixture.ts";

const module = new WebAssembly.Module(
  await compileKernelPart("src/kernel/net/wire/wire.fixture.as.ts"),
);

const recordAddress = bareHeapStart;
const addressesAddress = bareHeapStart + 0x1000;

/** Packets end where memory does, so that a read behind one traps. */
const memoryBytes = 0x20_0000;
const emitAddress = bareHeapStart + 0x2000;

/** What parsing comes to (outcome.as.ts). */
export const outcomes = [
  "well-formed",
  "truncated",
  "malformed",
  "bad checksum",
  "unknown part",
] as const;

/** Fields of a representation in their order: those of 64 bits end with "64". */
export type Layout = readonly string[];

/** The layouts of the representations. */
export const layouts = {
  arp: ["senderHardware64", "targetHardware64", "operation", "sender", "target"],
  ip: [
    ...["sourceHigh64", "sourceLow64", "destinationHigh64", "destinationLow64"],
    ...["version", "protocol", "hopLimit", "trafficClass", "flowLabel", "identification"],
    ...["fragmentOffset", "moreFragments", "dontFragment", "isFragment", "headerBytes"],
    ...["payloadBytes", "optionBytes", "isSourceRouted", "failureOffset", "failureCode"],
    "protocolOffset",
  ],
  icmp: ["type", "code", "word", "bodyBytes"],
  udp: ["sourcePort", "destinationPort", "dataBytes"],
  tcp: [
    ...["sourcePort", "destinationPort", "sequence", "acknowledgement", "flags", "window"],
    ...["urgent", "headerBytes", "dataBytes", "segmentSize", "windowScale", "isSackPermitted"],
    ...["hasTimestamps", "timestamp", "timestampEcho", "sackCount"],
    ...["sack0", "sackEnd0", "sack1", "sackEnd1", "sack2", "sackEnd2", "sack3", "sackEnd3"],
  ],
  neighbour: ["targetHigh64", "targetLow64", "linkAddress64", "flags"],
  router: [
    ...["linkAddress64", "hopLimit", "flags", "lifetimeSeconds", "reachableMs", "retransmitMs"],
    ...["mtu", "options", "optionBytes"],
  ],
  prefix: [
    ...["prefixHigh64", "prefixLow64", "prefixBits", "flags", "validSeconds"],
    "preferredSeconds",
  ],
  dhcp: [
    ...["clientHardware64", "op", "messageType", "transaction", "seconds", "flags"],
    ...["clientAddress", "yourAddress", "server", "requestedAddress", "subnetMask", "router"],
    ...["mtu", "leaseSeconds", "renewalSeconds", "rebindingSeconds", "resolverCount"],
    ...["resolver0", "resolver1", "resolver2", "domain", "domainBytes"],
  ],
} as const satisfies Record<string, Layout>;

/** A representation as the kernel left it, by the names of its fields. */
export type Fields = Readonly<Record<string, number | bigint>>;

/** The wire formats in V8. */
export class WireMachine extends BareMachine {
  /** Where the representation lies that was parsed last. */
  readonly recordAddress = recordAddress;

  constructor() {
    super({ kernel: module, timeline: new Timeline(), memoryBytes });
  }

  /** Puts a packet at the end of memory. */
  place(packet: Uint8Array): number {
    const address = memoryBytes - packet.length;
    this.bytes(address, packet.length).set(packet);
    return address;
  }

  /** Puts source and destination, 16 bytes each, where parsers get them. */
  placeAddresses(source: Uint8Array, destination: Uint8Array): number {
    this.bytes(addressesAddress, 16).set(source);
    this.bytes(addressesAddress + 16, 16).set(destination);
    return addressesAddress;
  }

  /** Parses with an export whose last argument is the representation: the outcome and the fields. */
  parse(
    name: string,
    layout: keyof typeof layouts,
    packet: Uint8Array,
    ...between: number[]
  ): { outcome: (typeof outcomes)[number]; fields: Fields } {
    this.bytes(recordAddress, 256).fill(0xa5);
    const code = this.call(name, this.place(packet), packet.length, ...between, recordAddress);
    const outcome = outcomes[code];
    if (outcome === undefined) throw new Error(`${name} gives ${code}`);
    return { outcome, fields: this.fields(layouts[layout], recordAddress) };
  }

  /** Emits the representation that was parsed last, its data or body `tail` in place behind. */
  emit(name: string, headerBytes: number, tail: Uint8Array, ...rest: number[]): Uint8Array {
    this.bytes(emitAddress, 0x1_0000).fill(0);
    this.bytes(emitAddress + headerBytes, tail.length).set(tail);
    const length = this.call(name, recordAddress, emitAddress, ...rest);
    return this.bytes(emitAddress, length).slice();
  }

  /** The same of a segment, whose checksum the stack or a device finishes behind that. */
  emitFinished(
    name: string,
    checksumOffset: number,
    headerBytes: number,
    tail: Uint8Array,
    ...rest: number[]
  ): Uint8Array {
    const { length } = this.emit(name, headerBytes, tail, ...rest);
    this.call("finishChecksum", emitAddress + checksumOffset, emitAddress, length);
    return this.bytes(emitAddress, length).slice();
  }

  /** Writes a representation for `emit`; fields that are not given are 0. */
  setFields(layout: Layout, fields: Fields): void {
    const view = this.view(recordAddress);
    walk(layout, (name, offset) => {
      const value = fields[name] ?? 0;
      if (name.endsWith("64")) view.setBigUint64(offset, BigInt(value), true);
      else view.setUint32(offset, Number(value), true);
    });
  }

  /** Reads a representation. */
  fields(layout: Layout, address: number): Fields {
    const view = this.view(address);
    const found: Record<string, number | bigint> = {};
    walk(layout, (name, offset) => {
      const isWide = name.endsWith("64");
      found[name] = isWide ? view.getBigUint64(offset, true) : view.getUint32(offset, true);
    });
    return found;
  }
}

function walk(layout: Layout, visit: (name: string, offset: number) => void): void {
  let offset = 0;
  for (const name of layout) {
    visit(name, offset);
    offset += name.endsWith("64") ? 8 : 4;
  }
}

/** Bytes from hexadecimal digits; spaces and line ends do not count. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));
}

/** An address of 16 bytes from IPv4's four numbers. */
export function mapped(...numbers: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...numbers);
}
