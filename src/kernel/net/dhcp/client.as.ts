// The client's states (RFC 2131, 4.4, figure 5). Nothing waits: messages and the time come in,
// packets and a deadline come out.
import { Arrival } from "../ip/input.as";
import { addDefaultRoute, addRoute } from "../ip/routes.as";
import {
  addAddress,
  contested,
  findAddress,
  LocalAddress,
  preferredAddress,
  removeAddress,
  tentativeAddress,
} from "../link/addresses.as";
import { ethernetInterface, Interface, interfaceAt, interfaceLimit } from "../link/interfaces.as";
import { announceAddress, probeAddress } from "../link/solicit.as";
import {
  ackMessage,
  bootReply,
  Dhcp,
  dhcpClientPort,
  nakMessage,
  offerMessage,
  parseDhcp,
} from "../wire/dhcp.as";
import { setIpv4Address, sourceOf } from "../wire/ip.as";
import { wellFormed } from "../wire/outcome.as";
import { parseUdp, Udp, udpHeaderBytes } from "../wire/udp.as";
import {
  addressTaken,
  Client,
  clientOf,
  domainLimit,
  drawBits,
  leaseGained,
  leaseLost,
  serversSilent,
} from "./lease.as";
import { sendDecline, sendDiscover, sendRelease, sendRenewal, sendSelection } from "./requests.as";

/** State: no client. */
const stoppedState: u32 = 0;
/** State: looks for servers. */
const selectingState: u32 = 1;
/** State: has taken an offer. */
const requestingState: u32 = 2;
/** State: looks whether somebody else has the address. */
const probingState: u32 = 3;
/** State: has an address. */
const boundState: u32 = 4;
/** State: asks its server for more time. */
const renewingState: u32 = 5;
/** State: asks all servers for more time. */
const rebindingState: u32 = 6;

const millisecond: u64 = 1_000_000;
const second: u64 = 1000 * millisecond;
const never: u64 = 0xffff_ffff_ffff_ffff;
const endless: u32 = 0xffff_ffff;
const longestWait: u64 = 64 * second;
const leastRenewalWait: u64 = 60 * second;
const declineWait: u64 = 10 * second; // RFC 2131, 3.1, 5
const requestLimit: u32 = 4;
const silentAttempts: u32 = 3;
const probeLimit: u32 = 2;
const probeTime: u64 = 50 * millisecond;
const leastMtu: u32 = 576;

const reply = changetype<Dhcp>(memory.data(96, 8));
const udp = changetype<Udp>(memory.data(16, 8));
const address = memory.data(16, 8);
const router = memory.data(16, 8);
let isInUse: bool = false;

/** Begins to ask for an address for an Ethernet interface. */
export function startDhcp(number: u32, now: u64): void {
  if (interfaceAt(number).kind != ethernetInterface) return;
  const client = clientOf(number);
  memory.fill(changetype<usize>(client), 0, offsetof<Client>());
  client.interface = number;
  isInUse = true;
  restart(client, 0, now);
}

/** Gives the address back, when there is one, and asks no more. */
export function stopDhcp(number: u32, now: u64): void {
  const client = clientOf(number);
  if (client.address != 0) {
    sendRelease(client, now);
    loseLease(client);
  }
  client.state = stoppedState;
  client.deadline = never;
}

/** Whether a client has no address yet. */
export function isLeasePending(): bool {
  if (!isInUse) return false;
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    const state = clientOf(number).state;
    if (state != stoppedState && state < boundState) return true;
  }
  return false;
}

/** When a client wants to be called next; the largest number for never. */
export function dhcpDeadline(): u64 {
  let next = never;
  if (!isInUse) return next;
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    const client = clientOf(number);
    if (client.state == stoppedState) continue;
    if (isContested(client)) return 0;
    next = min(next, client.deadline);
  }
  return next;
}

/** Does what is due. */
export function runDhcp(now: u64): void {
  if (!isInUse) return;
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    const client = clientOf(number);
    if (client.state == stoppedState) continue;
    if (isContested(client)) decline(client, now);
    if (client.deadline <= now) runClient(client, now);
  }
}

/** Takes a datagram if it is for a client: whether it was. */
export function receiveDhcp(arrival: Arrival, now: u64): bool {
  if (!isInUse) return false;
  const client = clientOf(arrival.interface);
  if (client.state == stoppedState || arrival.ip.version != 4) return false;
  const addresses: usize = arrival.isSound ? 0 : sourceOf(arrival.ip);
  const outcome = parseUdp(arrival.payload, arrival.payloadBytes, addresses, udp);
  if (outcome != wellFormed || udp.destinationPort != dhcpClientPort) return false;
  const by = interfaceAt(arrival.interface);
  if (parseDhcp(arrival.payload + udpHeaderBytes, udp.dataBytes, reply) != wellFormed) {
    by.refused++;
    return true;
  }
  const isForClient = reply.op == bootReply && reply.transaction == client.transaction
    && reply.clientHardware == by.hardware;
  if (isForClient) takeReply(client, now);
  return true;
}

function takeReply(client: Client, now: u64): void {
  const type = reply.messageType;
  if (client.state == selectingState) {
    if (type == offerMessage && reply.server != 0 && isUsable()) takeOffer(client, now);
    return;
  }
  if (client.state != requestingState && client.state < renewingState) return;
  // One server's answer to the question of another is none.
  const isItsServer = client.state == rebindingState || reply.server == client.server;
  if (!isItsServer) return;
  if (type == nakMessage) {
    if (client.address != 0) loseLease(client);
    // A server that offers and refuses, over and over, is not asked again at once.
    restart(client, client.state == requestingState ? waitAfter(client, 1) : 0, now);
  } else if (type == ackMessage && isUsable() && reply.leaseSeconds != 0) {
    takeLease(client, now);
  }
}

/** Whether the reply's address can be a host's, and its mask is one. */
function isUsable(): bool {
  const first = reply.yourAddress >> 24;
  if (first == 0 || first == 127 || first >= 224) return false;
  return (~reply.subnetMask & ~reply.subnetMask + 1) == 0;
}

function takeOffer(client: Client, now: u64): void {
  client.state = requestingState;
  client.server = reply.server;
  client.offered = reply.yourAddress;
  client.attempts = 0;
  client.deadline = now;
  runClient(client, now);
}

function takeLease(client: Client, now: u64): void {
  const isRenewal = client.state != requestingState;
  if (isRenewal && reply.yourAddress != client.address) return;
  if (reply.server != 0) client.server = reply.server;
  noteTimes(client);
  noteParameters(client);
  const by = interfaceAt(client.interface);
  if (reply.mtu >= leastMtu) by.mtu = min(by.mtu, reply.mtu);
  client.address = reply.yourAddress;
  client.attempts = 0;
  if (isRenewal) {
    client.state = boundState;
    client.deadline = client.renewAt;
    return;
  }
  setIpv4Address(address, client.address);
  if (addAddress(client.interface, address, client.prefixBits, tentativeAddress) == null) {
    client.address = 0;
    restart(client, longestWait, now);
    return;
  }
  client.state = probingState;
  client.probesLeft = probeLimit;
  client.deadline = now;
  runClient(client, now);
}

/** RFC 2131, 4.4.5: the times count from the request that was answered. */
function noteTimes(client: Client): void {
  client.renewAt = never;
  client.rebindAt = never;
  client.expiresAt = never;
  if (reply.leaseSeconds == endless) return;
  const lease = <u64>reply.leaseSeconds;
  let renewal = <u64>reply.renewalSeconds;
  let rebinding = <u64>reply.rebindingSeconds;
  if (rebinding == 0 || rebinding >= lease) rebinding = lease * 7 / 8;
  if (renewal == 0 || renewal >= rebinding) renewal = min(lease / 2, rebinding);
  client.renewAt = client.requestedAt + renewal * second;
  client.rebindAt = client.requestedAt + rebinding * second;
  client.expiresAt = client.requestedAt + lease * second;
}

function noteParameters(client: Client): void {
  const mask = reply.subnetMask == 0 ? maskOfClass(reply.yourAddress) : reply.subnetMask;
  const prefixBits = 96 + popcnt<u32>(mask);
  const isOther = client.router != reply.router || client.prefixBits != prefixBits;
  if (client.state != requestingState && isOther) setRoutes(client, 0);
  client.prefixBits = prefixBits;
  client.router = reply.router;
  if (client.state != requestingState) setRoutes(client, never);
  client.resolverCount = reply.resolverCount;
  client.resolver0 = reply.resolver0;
  client.resolver1 = reply.resolver1;
  client.resolver2 = reply.resolver2;
  client.domainBytes = reply.domainBytes > domainLimit ? 0 : reply.domainBytes;
  const domain = changetype<usize>(client) + offsetof<Client>("domain");
  memory.copy(domain, reply.domain, client.domainBytes);
}

function maskOfClass(number: u32): u32 {
  if (number >> 31 == 0) return 0xff00_0000;
  return number >> 30 == 2 ? 0xffff_0000 : 0xffff_ff00;
}

/** The routes of the lease, until a time: 0 takes them away. */
function setRoutes(client: Client, until: u64): void {
  setIpv4Address(address, client.address);
  addRoute(address, client.prefixBits, 0, client.interface, until);
  if (client.router == 0) return;
  setIpv4Address(router, client.router);
  // Some networks have their router outside of what the mask says.
  addRoute(router, 128, 0, client.interface, until);
  addDefaultRoute(router, client.interface, until);
}

function runClient(client: Client, now: u64): void {
  if (client.state == selectingState) {
    client.attempts++;
    if (client.attempts == silentAttempts) client.events |= serversSilent;
    client.deadline = now + waitAfter(client, client.attempts);
    sendDiscover(client, now);
  } else if (client.state == requestingState) {
    runRequest(client, now);
  } else if (client.state == probingState) {
    runProbe(client, now);
  } else {
    runLease(client, now);
  }
}

function runRequest(client: Client, now: u64): void {
  if (client.attempts == requestLimit) {
    restart(client, 0, now);
    return;
  }
  client.attempts++;
  client.requestedAt = now;
  client.deadline = now + waitAfter(client, client.attempts);
  sendSelection(client, now);
}

/** RFC 2131, 4.1: four seconds, twice as many each time, up to 64; a second more or less. */
function waitAfter(client: Client, attempts: u32): u64 {
  const wait = min(2 * second << <u64>min<u32>(attempts, 5), longestWait);
  return wait - second + <u64>(drawBits(client) % 2001) * millisecond;
}

function runProbe(client: Client, now: u64): void {
  const own = addressOf(client);
  if (own == null) return;
  const by: Interface = interfaceAt(client.interface);
  if (client.probesLeft != 0) {
    client.probesLeft--;
    client.deadline = now + probeTime;
    probeAddress(by, client.address);
    return;
  }
  own.state = preferredAddress;
  setRoutes(client, never);
  announceAddress(by, client.address);
  client.state = boundState;
  client.deadline = client.renewAt;
  client.events |= leaseGained;
}

function runLease(client: Client, now: u64): void {
  if (now >= client.expiresAt) {
    loseLease(client);
    restart(client, 0, now);
    return;
  }
  const isLate = now >= client.rebindAt;
  const state = isLate ? rebindingState : renewingState;
  if (client.state != state) {
    client.state = state;
    client.startedAt = now;
    client.transaction = drawBits(client);
  }
  const limit = isLate ? client.expiresAt : client.rebindAt;
  client.requestedAt = now;
  client.deadline = min(now + max((limit - now) / 2, leastRenewalWait), limit);
  sendRenewal(client, isLate ? 0 : client.server, now);
}

function restart(client: Client, wait: u64, now: u64): void {
  client.state = selectingState;
  client.transaction = drawBits(client);
  client.attempts = 0;
  client.startedAt = now;
  client.deadline = now + wait;
}

function loseLease(client: Client): void {
  const own = addressOf(client);
  if (own != null) removeAddress(own);
  setRoutes(client, 0);
  if (client.state >= boundState) client.events |= leaseLost;
  client.address = 0;
}

function addressOf(client: Client): LocalAddress | null {
  if (client.address == 0) return null;
  setIpv4Address(address, client.address);
  return findAddress(client.interface, address);
}

function isContested(client: Client): bool {
  const own = addressOf(client);
  return own != null && own.probesLeft == contested;
}

/** Somebody else has the address (RFC 2131, 4.4.1; RFC 5227, 2.4). */
function decline(client: Client, now: u64): void {
  const refused = client.address;
  client.events |= addressTaken;
  loseLease(client);
  sendDecline(client, refused, now);
  restart(client, declineWait, now);
}
