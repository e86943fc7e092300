// ARP packets that come in (RFC 826; RFC 5227).
import { Arp, arpRequest, parseArp } from "../wire/arp.as";
import { isGroupHardwareAddress } from "../wire/ethernet.as";
import { setIpv4Address } from "../wire/ip.as";
import { wellFormed } from "../wire/outcome.as";
import { contested, findAddress, LocalAddress, tentativeAddress } from "./addresses.as";
import { Interface } from "./interfaces.as";
import { learnNeighbour } from "./neighbours.as";
import { announceAddress, answerArp } from "./solicit.as";

const arp = changetype<Arp>(memory.data(32, 8));
const address = memory.data(16, 8);
const defendInterval: u64 = 10_000_000_000;
let conflicts: u32 = 0;

/** Packets from somebody else who has an address of ours. */
export function addressConflicts(): u32 {
  return conflicts;
}

/** Learns from a packet, and answers it. */
export function receiveArp(from: Interface, packet: usize, length: u32, now: u64): void {
  const isSound = parseArp(packet, length, arp) == wellFormed
    && !isGroupHardwareAddress(arp.senderHardware) && arp.senderHardware != 0;
  if (!isSound) {
    from.refused++;
    return;
  }
  if (arp.senderHardware == from.hardware) return;
  if (arp.sender != 0 && noteConflict(from, now)) return;
  setIpv4Address(address, arp.target);
  const target: LocalAddress | null = findAddress(from.number, address);
  let isForUs = false;
  if (target != null) {
    isForUs = target.state != tentativeAddress;
    // Somebody else is about to take what this host is about to take (RFC 5227, 2.1.1).
    if (!isForUs && arp.sender == 0) target.probesLeft = contested;
  }
  if (arp.sender != 0) {
    setIpv4Address(address, arp.sender);
    const isAnswer = arp.operation != arpRequest;
    // Nobody is taken up who does not talk to this host (RFC 826: the merge flag).
    learnNeighbour(
      from.number, address, arp.senderHardware, isAnswer && isForUs, true, isForUs, now,
    );
  }
  if (isForUs && arp.operation == arpRequest) answerArp(from, arp);
}

/** An address in use is defended once in a while; the second time its owner gives it up. */
function noteConflict(from: Interface, now: u64): bool {
  setIpv4Address(address, arp.sender);
  const own: LocalAddress | null = findAddress(from.number, address);
  if (own == null) return false;
  conflicts++;
  const isDefended = own.state != tentativeAddress
    && (own.defendedAt == 0 || now - own.defendedAt >= defendInterval);
  if (!isDefended) {
    own.probesLeft = contested;
    return true;
  }
  own.defendedAt = now;
  announceAddress(from, arp.sender);
  return true;
}
