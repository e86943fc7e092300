// Which socket has joined which group, so that it leaves them when it is closed (RFC 1112, 7.1).
import {
  addressInUse,
  addressNotAvailable,
  invalid,
  networkUnreachable,
  noBuffers,
} from "../base/errno.as";
import { interfaceOfGroup, joinGroup, leaveGroup } from "./ip/groups.as";
import { findAddress, isMulticastAddress, isSameAddress, isUnspecified } from "./link/addresses.as";
import { interfaceLimit, isEthernet } from "./link/interfaces.as";

/** A membership; the group's 16 bytes come first. */
@unmanaged
class Membership {
  groupHigh: u64;
  groupLow: u64;
  /** The socket; 0 for nobody. */
  owner: usize;
  interface: u32;
}

const membershipBytes: u32 = 24;
const membershipLimit: u32 = 64;
const memberships = memory.data(1536, 8);
let count: u32 = 0;

@inline
function membershipAt(index: u32): Membership {
  return changetype<Membership>(memberships + index * membershipBytes);
}

/** The interface that has an address of 16 bytes, or, for an unspecified one, a group's; or -1. */
export function interfaceOfMembership(own: usize, group: usize, now: u64): i32 {
  if (isUnspecified(own)) return interfaceOfGroup(group, now);
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (findAddress(number, own) != null) return number;
  }
  return -1;
}

/** Joins a group on an interface; 0 or an error number. */
export function joinFor(owner: usize, number: i32, group: usize): u32 {
  if (!isMulticastAddress(group)) return invalid;
  if (number < 0 || !isEthernet(number)) return networkUnreachable;
  if (findMembership(owner, number, group) != null) return addressInUse;
  for (let index: u32 = 0; index < membershipLimit; index++) {
    const entry = membershipAt(index);
    if (entry.owner != 0) continue;
    const error = joinGroup(number, group);
    if (error != 0) return error;
    memory.copy(changetype<usize>(entry), group, 16);
    entry.owner = owner;
    entry.interface = number;
    count++;
    return 0;
  }
  return noBuffers;
}

/** Leaves it; EADDRNOTAVAIL when the socket has not joined it. */
export function leaveFor(owner: usize, number: i32, group: usize): u32 {
  if (!isMulticastAddress(group)) return invalid;
  const entry = findMembership(owner, number, group);
  if (entry == null) return addressNotAvailable;
  end(entry);
  return 0;
}

/** Leaves all groups of a socket. */
export function leaveAllGroups(owner: usize): void {
  for (let index: u32 = 0; count != 0 && index < membershipLimit; index++) {
    if (membershipAt(index).owner == owner) end(membershipAt(index));
  }
}

function end(entry: Membership): void {
  leaveGroup(entry.interface, changetype<usize>(entry));
  entry.owner = 0;
  count--;
}

function findMembership(owner: usize, number: i32, group: usize): Membership | null {
  for (let index: u32 = 0; index < membershipLimit; index++) {
    const entry = membershipAt(index);
    if (entry.owner != owner || entry.interface != <u32>number) continue;
    if (isSameAddress(changetype<usize>(entry), group)) return entry;
  }
  return null;
}
