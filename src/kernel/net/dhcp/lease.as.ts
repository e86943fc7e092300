// What a client has and remembers: one record for each interface.
import { keyedHash } from "../../base/siphash.as";
import { interfaceLimit } from "../link/interfaces.as";

/** Event: the interface has an address. */
export const leaseGained: u32 = 1;
/** Event: it has none any more. */
export const leaseLost: u32 = 2;
/** Event: no server has answered for a while. */
export const serversSilent: u32 = 4;
/** Event: somebody else has the address that a server gave. */
export const addressTaken: u32 = 8;

/** Bytes of the longest domain that is kept. */
export const domainLimit: u32 = 128;

/** A client. Times are in nanoseconds; IPv4 addresses are numbers. */
@unmanaged
export class Client {
  /** When it wants to be called next. */
  deadline: u64;
  /** When it began to ask, for the messages' count of seconds. */
  startedAt: u64;
  renewAt: u64;
  rebindAt: u64;
  expiresAt: u64;
  /** When the request was sent that is being answered: a lease counts from there. */
  requestedAt: u64;
  state: u32;
  interface: u32;
  transaction: u32;
  attempts: u32;
  /** What it has, in whatever state. */
  address: u32;
  /** What it was offered. */
  offered: u32;
  server: u32;
  prefixBits: u32;
  router: u32;
  resolverCount: u32;
  resolver0: u32;
  resolver1: u32;
  resolver2: u32;
  events: u32;
  /** Probes that are still to be sent. */
  probesLeft: u32;
  draws: u32;
  domainBytes: u32;
  /** The first of `domainLimit` bytes. */
  domain: u64;
}

const clientBytes: u32 = 256;
const clients = memory.data(1024, 8);

/** The client of an interface. */
@inline
export function clientOf(number: u32): Client {
  return changetype<Client>(clients + number * clientBytes);
}

/** Takes what has happened to an interface's lease since the last call: bits of those above. */
export function takeLeaseEvents(number: u32): u32 {
  const client = clientOf(number);
  const events = client.events;
  client.events = 0;
  return events;
}

/** The address of an interface's lease as a number; 0 when it has none. */
export function leaseAddress(number: u32): u32 {
  return clientOf(number).address;
}

/** A server of names by its place among those of all leases; 0 when there are no more. */
export function leaseResolver(index: u32): u32 {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    const client = clientOf(number);
    if (client.address == 0) continue;
    if (index < client.resolverCount) {
      return load<u32>(changetype<usize>(client) + offsetof<Client>("resolver0") + index * 4);
    }
    index -= client.resolverCount;
  }
  return 0;
}

/** Where the domain of a lease stands, whose bytes `leaseDomainBytes` counts. */
export function leaseDomain(number: u32): usize {
  return changetype<usize>(clientOf(number)) + offsetof<Client>("domain");
}

/** Bytes of the domain of an interface's lease; 0 when it names none. */
export function leaseDomainBytes(number: u32): u32 {
  const client = clientOf(number);
  return client.address == 0 ? 0 : client.domainBytes;
}

/** 32 bits that nobody expects. */
export function drawBits(client: Client): u32 {
  return <u32>keyedHash(changetype<usize>(client), 2, client.draws++);
}
