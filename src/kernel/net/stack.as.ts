// The kernel's own TCP/IP stack, driven from outside: packets and the time come in, packets and
// deadlines come out. Nothing here knows a clock, a device or the app.
import { setHashKey } from "../base/siphash.as";
import { availableFrames } from "../memory/frames.as";
import { addAddress, preferredAddress } from "./link/addresses.as";
import {
  addInterface,
  fillsChecksums,
  Interface,
  interfaceAt,
  loopbackInterface,
  mtuLimit,
  setOffloads,
  takePacket,
} from "./link/interfaces.as";
import { moveDatagram } from "./link/datagram-queue.as";
import { offerFrame } from "./link/frame-sockets.as";
import { KeptFrame } from "./link/kept-frames.as";
import { neighbourDeadline, runNeighbours, takeSilentNeighbour } from "./link/neighbours.as";
import { Packet, releasePacket } from "./link/packets.as";
import { announceAddress } from "./link/solicit.as";
import {
  autoconfigurationDeadline,
  runAutoconfiguration,
  startAutoconfiguration,
} from "./ip/autoconfiguration.as";
import { groupDeadline, runGroups } from "./ip/groups.as";
import { arrival, errorArrived, payloadArrived, receiveFrame } from "./ip/input.as";
import { seedIdentification } from "./ip/output.as";
import { addDefaultRoute, addRoute } from "./ip/routes.as";
import { limitQueueFrames } from "./tcp/byte-queue.as";
import { endUnreachable } from "./tcp/connect.as";
import { earliestDeadline } from "./tcp/timer-heap.as";
import { receiveTcp, receiveTcpError } from "./tcp/input.as";
import { moveSegment } from "./tcp/received.as";
import { runTimers } from "./tcp/timers.as";
import { dhcpDeadline, receiveDhcp, runDhcp } from "./dhcp/client.as";
import { failDatagrams, receiveUdp, receiveUdpError, seedPorts } from "./udp/sockets.as";
import { ipv4AddressOf, isIpv4Address, setIpv4Address, tcpProtocol } from "./wire/ip.as";

const forever: u64 = 0xffff_ffff_ffff_ffff;
const address = memory.data(16, 8);

/** Begins, with 192 bits that nobody else knows, and the loopback interface. */
export function startStack(first: u64, second: u64, third: u64): void {
  setHashKey(first, second);
  seedIdentification(<u32>third);
  seedPorts(<u32>(third >> 32));
  limitQueueFrames(availableFrames() / 2);
  const number = addInterface(loopbackInterface, 0, mtuLimit);
  setOffloads(number, fillsChecksums); // nobody looks at them
  setIpv4Address(address, 0x7f00_0001);
  addAddress(number, address, 96 + 8, preferredAddress);
  store<u64>(address, 0);
  store<u64>(address, 0x0100_0000_0000_0000, 8);
  addAddress(number, address, 128, preferredAddress);
}

/**
 * Gives an interface an address of 16 bytes for good, and its network's route. IPv4's is announced
 * (RFC 5227, 2.3): whoever asked for it while the machine started was not heard.
 */
export function configureAddress(number: u32, own: usize, prefixBits: u32): bool {
  if (addAddress(number, own, prefixBits, preferredAddress) == null) return false;
  if (isIpv4Address(own)) announceAddress(interfaceAt(number), ipv4AddressOf(own));
  return addRoute(own, prefixBits, 0, number, forever);
}

/** Sets the way to everywhere else. */
export function configureGateway(number: u32, gateway: usize): bool {
  return addDefaultRoute(gateway, number, forever);
}

/** Has a network be reached by way of a neighbour; false when there are too many routes. */
export function configureRoute(
  number: u32, prefix: usize, prefixBits: u32, gateway: usize,
): bool {
  return addRoute(prefix, prefixBits, gateway, number, forever);
}

/** Has an interface make IPv6 addresses itself. */
export function configureAutomatically(number: u32, now: u64): void {
  startAutoconfiguration(interfaceAt(number), now);
}

/**
 * Takes a frame in that came by an interface; it is not needed any more afterwards. `isSound`: the
 * checksum of the transport layer need not be looked at.
 */
export function receivePacket(
  number: u32, frame: usize, length: u32, isSound: bool, now: u64,
): void {
  offerFrame(number, frame, length);
  const kind = receiveFrame(number, frame, length, isSound, now);
  const isTcp = arrival.protocol == tcpProtocol;
  if (kind == payloadArrived) {
    if (isTcp) receiveTcp(arrival, now);
    else if (!receiveDhcp(arrival, now)) receiveUdp(arrival, now);
  } else if (kind == errorArrived) {
    if (isTcp) receiveTcpError(arrival, now);
    else receiveUdpError(arrival);
  }
}

/** Copies what a frame is kept for, so that it is given back; false when there is no memory. */
export function moveKept(place: usize): bool {
  const isDatagram = changetype<KeptFrame>(place).isDatagram != 0;
  return isDatagram ? moveDatagram(place) : moveSegment(place);
}

/** Does what is due, and takes in what was sent to this host itself. */
export function runStack(now: u64): void {
  runTimers(now);
  runNeighbours(now);
  failUnreachable(now);
  runAutoconfiguration(now);
  runGroups(now);
  runDhcp(now);
  const loopback: Interface = interfaceAt(0);
  // As many as wait now: answers to them wait for the next turn.
  for (let count = loopback.queued; count != 0; count--) {
    const packet = changetype<Packet>(takePacket(0));
    receivePacket(0, packet.start, packet.bytes, true, now);
    releasePacket(packet);
  }
}

function failUnreachable(now: u64): void {
  for (;;) {
    const number = takeSilentNeighbour(address);
    if (number < 0) return;
    endUnreachable(number, address, now);
    failDatagrams(number, address, now);
  }
}

/** When `runStack` is to be called next, if nothing comes before; the largest number for never. */
export function stackDeadline(): u64 {
  if (interfaceAt(0).queued != 0) return 0;
  const deadline = min(earliestDeadline(), neighbourDeadline());
  const configuring = min(autoconfigurationDeadline(), dhcpDeadline());
  return min(min(deadline, configuring), groupDeadline());
}
