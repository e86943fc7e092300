// DHCPv4 messages (RFC 2131, 2; options of RFC 2132). IPv4 addresses are numbers.
import { load16, load32, store16, store32 } from "./byte-order.as";
import { loadHardwareAddress, storeHardwareAddress } from "./ethernet.as";
import { malformed, truncated, wellFormed } from "./outcome.as";

/** Port of servers. */
export const dhcpServerPort: u32 = 67;
/** Port of clients. */
export const dhcpClientPort: u32 = 68;

/** Message type: who has an address for me? */
export const discoverMessage: u32 = 1;
/** Message type: here is one. */
export const offerMessage: u32 = 2;
/** Message type: I take it, or keep it. */
export const requestMessage: u32 = 3;
/** Message type: somebody else has it. */
export const declineMessage: u32 = 4;
/** Message type: it is yours. */
export const ackMessage: u32 = 5;
/** Message type: it is not. */
export const nakMessage: u32 = 6;
/** Message type: I no longer need it. */
export const releaseMessage: u32 = 7;

/** Op: from a client. */
export const bootRequest: u32 = 1;
/** Op: from a server. */
export const bootReply: u32 = 2;

/** Flag: answer to everybody, for the client has no address yet (RFC 2131, 4.1). */
export const broadcastFlag: u32 = 0x8000;

/** Bytes of the longest message that is sent. */
const dhcpMessageLimit: u32 = 320;

/** Bytes of the shortest one: BOOTP's, which some relays want. */
const leastMessageBytes: u32 = 300;

/** Servers that are remembered of the list of resolvers. */
export const resolverLimit: u32 = 3;

const fixedBytes: u32 = 240; // the magic cookie included
const magicCookie: u32 = 0x6382_5363;
const fileOffset: u32 = 108;
const fileBytes: u32 = 128;
const serverNameOffset: u32 = 44;
const serverNameBytes: u32 = 64;
const ethernetHardware: u32 = 1;

const padOption: u32 = 0;
const subnetMaskOption: u32 = 1;
const routerOption: u32 = 3;
const resolverOption: u32 = 6;
const domainOption: u32 = 15;
const mtuOption: u32 = 26;
const requestedAddressOption: u32 = 50;
const leaseTimeOption: u32 = 51;
const overloadOption: u32 = 52;
const messageTypeOption: u32 = 53;
const serverOption: u32 = 54;
const parameterListOption: u32 = 55;
const renewalOption: u32 = 58;
const rebindingOption: u32 = 59;
const endOption: u32 = 255;

/**
 * A message; 0 stands for an option that is not there. Three resolvers follow one another. The
 * domain is where it stands in the packet, and is only read.
 */
@unmanaged
export class Dhcp {
  clientHardware: u64;
  op: u32;
  messageType: u32;
  transaction: u32;
  seconds: u32;
  flags: u32;
  clientAddress: u32;
  yourAddress: u32;
  server: u32;
  requestedAddress: u32;
  subnetMask: u32;
  router: u32;
  mtu: u32;
  leaseSeconds: u32;
  renewalSeconds: u32;
  rebindingSeconds: u32;
  resolverCount: u32;
  resolver0: u32;
  resolver1: u32;
  resolver2: u32;
  domain: usize;
  domainBytes: u32;
}

/** Reads a message of either side. */
export function parseDhcp(packet: usize, length: u32, dhcp: Dhcp): u32 {
  if (length < fixedBytes) return truncated;
  memory.fill(changetype<usize>(dhcp), 0, offsetof<Dhcp>());
  dhcp.op = load<u8>(packet);
  if (dhcp.op != bootRequest && dhcp.op != bootReply) return malformed;
  if (load<u8>(packet, 1) != ethernetHardware || load<u8>(packet, 2) != 6) return malformed;
  if (load32(packet + 236) != magicCookie) return malformed;
  dhcp.transaction = load32(packet + 4);
  dhcp.seconds = load16(packet + 8);
  dhcp.flags = load16(packet + 10) & broadcastFlag;
  dhcp.clientAddress = load32(packet + 12);
  dhcp.yourAddress = load32(packet + 16);
  dhcp.clientHardware = loadHardwareAddress(packet + 28);
  const overload = readOptions(packet + fixedBytes, packet + length, dhcp);
  if (overload < 0) return malformed;
  // Options may go on in the fields for names (RFC 2132, 9.3), the file's first.
  const file = packet + fileOffset;
  if ((overload & 1) != 0 && readOptions(file, file + fileBytes, dhcp) < 0) return malformed;
  const name = packet + serverNameOffset;
  if ((overload & 2) != 0 && readOptions(name, name + serverNameBytes, dhcp) < 0) return malformed;
  return dhcp.messageType == 0 ? malformed : wellFormed;
}

/** Walks options: the value of the overload option among them; -1 when one runs out. */
function readOptions(option: usize, end: usize, dhcp: Dhcp): i32 {
  let overload: i32 = 0;
  while (option < end) {
    const kind = <u32>load<u8>(option);
    if (kind == endOption) return overload;
    if (kind == padOption) {
      option++;
      continue;
    }
    if (option + 2 > end) return -1;
    const size = <u32>load<u8>(option, 1);
    if (option + 2 + size > end) return -1;
    if (kind == overloadOption && size == 1) overload = <i32>load<u8>(option, 2) & 3;
    else readOption(kind, option + 2, size, dhcp);
    option += 2 + size;
  }
  return overload;
}

function readOption(kind: u32, value: usize, size: u32, dhcp: Dhcp): void {
  if (kind == messageTypeOption && size == 1) dhcp.messageType = load<u8>(value);
  else if (kind == mtuOption && size == 2) dhcp.mtu = load16(value);
  else if (kind == resolverOption && (size & 3) == 0) readResolvers(value, size / 4, dhcp);
  else if (kind == routerOption && size >= 4) dhcp.router = load32(value);
  else if (kind == domainOption) {
    dhcp.domain = value;
    dhcp.domainBytes = size;
  } else if (size == 4) readNumber(kind, load32(value), dhcp);
}

function readNumber(kind: u32, number: u32, dhcp: Dhcp): void {
  if (kind == subnetMaskOption) dhcp.subnetMask = number;
  else if (kind == requestedAddressOption) dhcp.requestedAddress = number;
  else if (kind == leaseTimeOption) dhcp.leaseSeconds = number;
  else if (kind == serverOption) dhcp.server = number;
  else if (kind == renewalOption) dhcp.renewalSeconds = number;
  else if (kind == rebindingOption) dhcp.rebindingSeconds = number;
}

function readResolvers(value: usize, count: u32, dhcp: Dhcp): void {
  dhcp.resolverCount = min(count, resolverLimit);
  const first = changetype<usize>(dhcp) + offsetof<Dhcp>("resolver0");
  for (let index: u32 = 0; index < dhcp.resolverCount; index++) {
    store<u32>(first + index * 4, load32(value + index * 4));
  }
}

/** Writes a message, its bytes; requests ask for the parameters that are read. */
export function emitDhcp(dhcp: Dhcp, packet: usize): u32 {
  memory.fill(packet, 0, dhcpMessageLimit);
  store<u8>(packet, dhcp.op);
  store<u8>(packet, ethernetHardware, 1);
  store<u8>(packet, 6, 2);
  store32(packet + 4, dhcp.transaction);
  store16(packet + 8, dhcp.seconds);
  store16(packet + 10, dhcp.flags);
  store32(packet + 12, dhcp.clientAddress);
  store32(packet + 16, dhcp.yourAddress);
  storeHardwareAddress(packet + 28, dhcp.clientHardware);
  store32(packet + 236, magicCookie);
  let option = packet + fixedBytes;
  store<u8>(option, messageTypeOption);
  store<u8>(option, 1, 1);
  store<u8>(option, dhcp.messageType, 2);
  option = emitNumber(option + 3, serverOption, dhcp.server);
  option = emitNumber(option, requestedAddressOption, dhcp.requestedAddress);
  option = emitParameters(option, dhcp);
  if (dhcp.op == bootRequest) option = emitWishes(option, dhcp);
  store<u8>(option, endOption);
  return max(<u32>(option + 1 - packet), leastMessageBytes);
}

function emitWishes(option: usize, dhcp: Dhcp): usize {
  if (dhcp.messageType != discoverMessage && dhcp.messageType != requestMessage) return option;
  store<u8>(option, parameterListOption);
  store<u8>(option, 5, 1);
  store<u8>(option, subnetMaskOption, 2);
  store<u8>(option, routerOption, 3);
  store<u8>(option, resolverOption, 4);
  store<u8>(option, domainOption, 5);
  store<u8>(option, mtuOption, 6);
  return option + 7;
}

function emitParameters(option: usize, dhcp: Dhcp): usize {
  option = emitNumber(option, subnetMaskOption, dhcp.subnetMask);
  option = emitNumber(option, routerOption, dhcp.router);
  option = emitNumber(option, leaseTimeOption, dhcp.leaseSeconds);
  option = emitNumber(option, renewalOption, dhcp.renewalSeconds);
  option = emitNumber(option, rebindingOption, dhcp.rebindingSeconds);
  if (dhcp.mtu != 0) {
    store16(option, mtuOption << 8 | 2);
    store16(option + 2, dhcp.mtu);
    option += 4;
  }
  if (dhcp.resolverCount == 0) return option;
  store<u8>(option, resolverOption);
  store<u8>(option, dhcp.resolverCount * 4, 1);
  const first = changetype<usize>(dhcp) + offsetof<Dhcp>("resolver0");
  for (let index: u32 = 0; index < dhcp.resolverCount; index++) {
    store32(option + 2 + index * 4, load<u32>(first + index * 4));
  }
  return option + 2 + dhcp.resolverCount * 4;
}

/** Writes an option of four bytes unless it is 0: where the next begins. */
function emitNumber(option: usize, kind: u32, number: u32): usize {
  if (number == 0) return option;
  store16(option, kind << 8 | 4);
  store32(option + 2, number);
  return option + 6;
}
