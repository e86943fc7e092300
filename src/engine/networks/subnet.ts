/** Subnets: IPv4's as numbers, IPv6's as the text of a prefix of 64 bits (RFC 4632, RFC 4193). */
import { isIPv4 } from "node:net";
import { TsukiError } from "../../contracts/errors.ts";

/** A block of IPv4 addresses. */
export interface Subnet {
  /** Its first address, as a number of 32 bits. */
  readonly first: number;
  /** Length of the prefix. */
  readonly bits: number;
}

/** Large enough for a gateway and an instance; small enough for a device's name to hold a host's number. */
const bitsAllowed = { least: 16, most: 29 } as const;

/** What is tried when nobody says which: 24 bits each, where few have their own networks. */
const candidates: readonly Subnet[] = [
  ...["10.201.0.0", "172.29.0.0", "192.168.128.0"].flatMap((text, pool) =>
    Array.from({ length: pool === 2 ? 128 : 256 }, (_, block) => ({
      first: addressNumber(text) + block * 256,
      bits: 24,
    })),
  ),
];

/** Reads `10.1.2.0/24`, or an address alone, as routing tables have it; undefined for anything else. */
export function readSubnet(text: string): Subnet | undefined {
  const [address = "", length = "32", ...more] = text.split("/");
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : 33;
  if (!isIPv4(address) || bits > 32 || more.length > 0) return undefined;
  const number = addressNumber(address);
  return { first: number - (number % 2 ** (32 - bits)), bits };
}

/** Reads the subnet of a network to be made. Throws `usage`. */
export function parseSubnet(text: string): Subnet {
  const subnet = readSubnet(text);
  if (subnet === undefined || formatSubnet(subnet) !== text) {
    throw new TsukiError("usage", `${text} is no subnet; write 10.1.2.0/24`);
  }
  const { least, most } = bitsAllowed;
  if (subnet.bits >= least && subnet.bits <= most) return subnet;
  throw new TsukiError("usage", `${text} is too large or too small; write /${least} to /${most}`);
}

/** A subnet that overlaps none of those; throws `network-busy` when there is none. */
export function chooseSubnet(taken: readonly Subnet[]): Subnet {
  const found = candidates.find((one) => !taken.some((other) => overlap(one, other)));
  if (found !== undefined) return found;
  const advice = "name one with --subnet";
  throw new TsukiError("network-busy", `all subnets that are tried are in use; ${advice}`);
}

/** Whether two subnets have an address in common. */
export function overlap(one: Subnet, other: Subnet): boolean {
  const size = 2 ** (32 - Math.min(one.bits, other.bits));
  return Math.floor(one.first / size) === Math.floor(other.first / size);
}

/** How many hosts have addresses: 1 is the gateway. */
export function hostLimit({ bits }: Subnet): number {
  return 2 ** (32 - bits) - 2;
}

/** The address of a host by its number. */
export function hostAddress({ first }: Subnet, host: number): string {
  const address = first + host;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** As `parseSubnet` reads it. */
export function formatSubnet(subnet: Subnet): string {
  return `${hostAddress(subnet, 0)}/${subnet.bits}`;
}

/** The first 48 bits of unique local addresses, from 5 random bytes (RFC 4193, 3.2): `fd01:203:405`. */
export function uniqueLocalPrefix(random: Uint8Array): string {
  const [first = 0, ...rest] = random;
  const groups = [
    0xfd00 + first,
    ...[0, 2].map((at) => (rest[at] ?? 0) * 256 + (rest[at + 1] ?? 0)),
  ];
  return groups.map((group) => group.toString(16)).join(":");
}

/** A host's address behind such a prefix, in its first subnet. */
export function hostAddress6(prefix: string, host: number): string {
  return `${prefix}::${host.toString(16)}`;
}

function addressNumber(text: string): number {
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
