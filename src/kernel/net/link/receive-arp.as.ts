// ARP packets that come in (RFC 826; RFC 5227).
import { Arp, arpRequest, parseArp } from "../wire/arp.as";
import { isGroupHardwareAddress } from "../wire/ethernet.as";
import { setIpv4Address } from "../wire/ip.as";
import { wellFormed } from "../wire/outcome.as";
import { findAddress, LocalAddress, tentativeAddress } from "./addresses.as";
import { Interface } from "./interfaces.as";
import { learnNeighbour } from "./neighbours.as";
import { answerArp } from "./solicit.as";

const arp = changetype<Arp>(memory.data(32, 8));
const address = memory.data(16, 8);
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
  if (arp.sender != 0 && noteConflict(from)) return;
  setIpv4Address(address, arp.target);
  const target = findAddress(from.number, address);
  const isForUs = target != null && target.state != tentativeAddress;
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

function noteConflict(from: Interface): bool {
  setIpv4Address(address, arp.sender);
  const own: LocalAddress | null = findAddress(from.number, address);
  if (own == null) return false;
  conflicts++;
  if (own.state == tentativeAddress) own.probesLeft = 255; // its owner gives it up
  return true;
}
