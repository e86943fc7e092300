// Messages that a client sends: UDP that needs neither an address nor a route (RFC 2131, 4.1).
import { defaultHopLimit, sendIpBy } from "../ip/output.as";
import { interfaceAt } from "../link/interfaces.as";
import { allocatePacket, prependHeader } from "../link/packets.as";
import {
  bootRequest,
  broadcastFlag,
  declineMessage,
  Dhcp,
  dhcpClientPort,
  dhcpServerPort,
  discoverMessage,
  emitDhcp,
  releaseMessage,
  requestMessage,
} from "../wire/dhcp.as";
import { destinationOf, Ip, setIpv4Address, sourceOf, udpProtocol } from "../wire/ip.as";
import { emitUdp, Udp, udpHeaderBytes } from "../wire/udp.as";
import { Client } from "./lease.as";

const everybody: u32 = 0xffff_ffff;
const second: u64 = 1_000_000_000;

const message = changetype<Dhcp>(memory.data(96, 8));
const udp = changetype<Udp>(memory.data(16, 8));
const ip = changetype<Ip>(memory.data(128, 8));

/** Looks for servers. */
export function sendDiscover(client: Client, now: u64): void {
  beginMessage(client, discoverMessage, now);
  message.flags = broadcastFlag;
  sendMessage(client, 0, everybody, now);
}

/** Takes what it was offered. */
export function sendSelection(client: Client, now: u64): void {
  beginMessage(client, requestMessage, now);
  message.flags = broadcastFlag;
  message.server = client.server;
  message.requestedAddress = client.offered;
  sendMessage(client, 0, everybody, now);
}

/** Asks for more time: the server, or, as 0, all of them (RFC 2131, table 4). */
export function sendRenewal(client: Client, server: u32, now: u64): void {
  beginMessage(client, requestMessage, now);
  message.clientAddress = client.address;
  sendMessage(client, client.address, server == 0 ? everybody : server, now);
}

/** Says that somebody else has an address. */
export function sendDecline(client: Client, refused: u32, now: u64): void {
  beginMessage(client, declineMessage, now);
  message.seconds = 0;
  message.server = client.server;
  message.requestedAddress = refused;
  sendMessage(client, 0, everybody, now);
}

/** Gives an address back. */
export function sendRelease(client: Client, now: u64): void {
  beginMessage(client, releaseMessage, now);
  message.seconds = 0;
  message.server = client.server;
  message.clientAddress = client.address;
  sendMessage(client, client.address, client.server, now);
}

function beginMessage(client: Client, type: u32, now: u64): void {
  memory.fill(changetype<usize>(message), 0, offsetof<Dhcp>());
  message.op = bootRequest;
  message.messageType = type;
  message.clientHardware = interfaceAt(client.interface).hardware;
  message.transaction = client.transaction;
  message.seconds = <u32>min<u64>((now - client.startedAt) / second, 0xffff);
}

function sendMessage(client: Client, source: u32, destination: u32, now: u64): void {
  const packet = allocatePacket();
  if (packet == null) return; // as good as lost: it is sent again
  packet.bytes = emitDhcp(message, packet.start);
  setIpv4Address(sourceOf(ip), source);
  setIpv4Address(destinationOf(ip), destination);
  udp.sourcePort = dhcpClientPort;
  udp.destinationPort = dhcpServerPort;
  udp.dataBytes = packet.bytes;
  emitUdp(udp, prependHeader(packet, udpHeaderBytes), sourceOf(ip));
  ip.protocol = udpProtocol;
  ip.hopLimit = defaultHopLimit;
  ip.trafficClass = 0;
  ip.dontFragment = 0;
  sendIpBy(interfaceAt(client.interface), packet, ip, now);
}
