// What goes wrong on the network, as lines on standard error: one for each kind, at most once in a
// minute, however often it happens.
import { putDecimal, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import {
  addressTaken,
  leaseGained,
  leaseLost,
  serversSilent,
  takeLeaseEvents,
} from "./dhcp/lease.as";
import { duplicateAddresses } from "./ip/autoconfiguration.as";
import { suppressedErrors } from "./ip/icmp-errors.as";
import { abandonedDatagrams } from "./ip/reassembly.as";
import { ethernetInterface, interfaceAt, interfaceLimit } from "./link/interfaces.as";
import { neighbourFailures } from "./link/neighbours.as";
import { addressConflicts } from "./link/receive-arp.as";
import { refusedFrames } from "./tcp/byte-queue.as";
import { refusedConnections } from "./tcp/connection.as";
import { cookiesIssued } from "./tcp/cookies.as";
import { refusedSockets } from "./stack-socket.as";
import { refusedPorts } from "./stack-sockets.as";
import { droppedDatagrams } from "./link/datagram-queue.as";

const second: u64 = 1_000_000_000;
const quietTime: u64 = 60 * second;
const kindCount: u32 = 11;

// For each kind: u64 when it was reported last, u32 how often it had happened by then.
const kinds = memory.data(176, 8);
let lookAt: u64 = 0;
let wasTroubled: bool = false; // whether a lease was missed, which its return answers

/** Looks once in a second whether there is something to say. */
export function reportIncidents(now: u64): void {
  if (now < lookAt) return;
  lookAt = now + second;
  for (let kind: u32 = 0; kind < kindCount; kind++) reportKind(kind, now);
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (interfaceAt(number).kind == ethernetInterface) reportLease(number);
  }
}

function reportKind(kind: u32, now: u64): void {
  const record = kinds + kind * 16;
  const count = countOf(kind) - load<u32>(record, 8);
  const reportedAt = load<u64>(record);
  if (count == 0 || reportedAt != 0 && now - reportedAt < quietTime) return;
  store<u64>(record, now);
  store<u32>(record, countOf(kind), 8);
  beginMessage(text("network: "));
  putText(describe(kind));
  if (count != 1) {
    putText(text(" ("));
    putDecimal(count);
    putText(text(" times)"));
  }
  endMessage();
}

function countOf(kind: u32): u32 {
  switch (kind) {
    case 0: return cookiesIssued();
    case 1: return refusedConnections();
    case 2: return refusedFrames();
    case 3: return abandonedDatagrams();
    case 4: return suppressedErrors();
    case 5: return neighbourFailures();
    case 6: return addressConflicts();
    case 7: return duplicateAddresses();
    case 8: return droppedDatagrams();
    case 9: return refusedSockets();
    default: return refusedPorts();
  }
}

function describe(kind: u32): usize {
  switch (kind) {
    case 0: return text("more ask for connections than can wait; SYN cookies answer them");
    case 1: return text("no room for one more connection");
    case 2: return text("no memory for the bytes of connections");
    case 3: return text("a datagram in fragments was never whole");
    case 4: return text("more packets for nobody than are answered");
    case 5: return text("a neighbour does not answer; is it up, and the gateway right?");
    case 6: return text("another host has an address of this one");
    case 7: return text("another host has an IPv6 address that was to be this one's");
    case 8: return text("no room for a datagram; the app does not take those that came");
    case 9: return text("no room for one more socket");
    default: return text("a port was asked for that is in use");
  }
}

function reportLease(number: u32): void {
  const events = takeLeaseEvents(number);
  if (events == 0) return;
  if ((events & addressTaken) != 0) {
    sayOfInterface(number, text("another host has the address that DHCP gave; asking again"));
  } else if ((events & leaseLost) != 0) {
    sayOfInterface(number, text("the DHCP lease is over and was not renewed; asking again"));
  }
  if ((events & serversSilent) != 0) {
    sayOfInterface(number, text("no DHCP server answers; asking again, once a minute"));
  }
  if (events != leaseGained) wasTroubled = true;
  if ((events & leaseGained) == 0 || !wasTroubled) return;
  wasTroubled = false;
  sayOfInterface(number, text("has an address by DHCP again"));
}

function sayOfInterface(number: u32, what: usize): void {
  beginMessage(text("network: interface "));
  putDecimal(number);
  putText(text(": "));
  putText(what);
  endMessage();
}
