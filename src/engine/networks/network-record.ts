/** What a network is, and who has which of its addresses, as its folder says. */
import { type Static, Type } from "typebox";
import { processIdentity } from "../process-identity.ts";
import { formatSubnet, hostAddress, hostAddress6, parseSubnet } from "./subnet.ts";

/** The document `network.json`. */
export const networkDocument = Type.Object({
  version: Type.Literal(1),
  /** 16 hexadecimal digits; devices and rules of the network bear it. */
  id: Type.String({ pattern: "^[0-9a-f]{16}$" }),
  name: Type.String(),
  /** ISO 8601. */
  created: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
  /** The name of the bridge, which is that of the table of rules, too. */
  bridge: Type.String({ pattern: "^tsuki-[0-9a-f]{4}$" }),
  subnet: Type.String({ pattern: "^[0-9.]+/[0-9]+$" }),
  /** 48 bits of unique local addresses; empty where the host has no IPv6. */
  prefix6: Type.String({ pattern: "^(fd[0-9a-f]{2}(:[0-9a-f]{1,4}){2})?$" }),
  /** Whether nothing leads out of it, and nothing in. */
  isInternal: Type.Boolean(),
});

/** What a network is. */
export type NetworkRecord = Static<typeof networkDocument>;

const port = Type.Integer({ minimum: 0, maximum: 65_535 });

const lease = Type.Object({
  /** The host's number in the subnet. */
  host: Type.Integer({ minimum: 2, maximum: 65_534 }),
  /** Who took it, or started the instance last. */
  holder: processIdentity,
  /** What the instance is called; empty while nobody knows. */
  name: Type.String(),
  ports: Type.Array(
    Type.Object({
      protocol: Type.Union([Type.Literal("tcp"), Type.Literal("udp")]),
      hostAddress: Type.String({ pattern: "^[0-9.]+$" }),
      hostPort: port,
      guestPort: port,
    }),
  ),
});

/** The file with a network's leases, and its form. */
export const leasesFile = "leases.json";

/** The document in it. */
export const leasesDocument = Type.Object({ leases: Type.Array(lease) });

/** One instance's place in a network. */
export type Lease = Static<typeof lease>;

/** The addresses of one host, each without its prefix's length; `address6` may be empty. */
export interface HostAddresses {
  readonly address: string;
  readonly address6: string;
}

/** The number of the gateway, which is the bridge. */
export const gatewayHost = 1;

/** Bits of the prefix of IPv6 addresses. */
export const prefixBits6 = 64;

/** The addresses of a host by its number. */
export function addressesOf({ subnet, prefix6 }: NetworkRecord, host: number): HostAddresses {
  return {
    address: hostAddress(parseSubnet(subnet), host),
    address6: prefix6 === "" ? "" : hostAddress6(prefix6, host),
  };
}

/** The network's block of IPv6 addresses; empty where it has none. */
export function subnet6Of({ prefix6 }: NetworkRecord): string {
  return prefix6 === "" ? "" : `${prefix6}::/${prefixBits6}`;
}

/** A host's addresses with their prefixes' lengths, as devices are given them. */
export function prefixedAddresses(record: NetworkRecord, host: number): readonly string[] {
  const { address, address6 } = addressesOf(record, host);
  const { bits } = parseSubnet(record.subnet);
  return [`${address}/${bits}`, ...(address6 === "" ? [] : [`${address6}/${prefixBits6}`])];
}

/** The device of a host: a tap at the bridge. At most 15 characters, as Linux wants it. */
export function tapOf({ bridge }: NetworkRecord, host: number): string {
  return `${bridge}.${host.toString(16)}`;
}

/** What devices and rules bear, so that nobody else's are taken for the network's. */
export function markOf({ id }: NetworkRecord): string {
  return `tsuki:network:${id}`;
}

/** Blocks of addresses as people write them. */
export function describeSubnets(record: NetworkRecord): string {
  return [formatSubnet(parseSubnet(record.subnet)), subnet6Of(record)].filter(Boolean).join(", ");
}
