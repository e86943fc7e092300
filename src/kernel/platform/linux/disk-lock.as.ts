// The lock on a disk's file, which whoever has it open holds until it is closed: locks of the open
// file (fcntl(2), F_OFD_SETLK), on the bytes of which QEMU makes the same use, so that neither
// writes where the other does. A byte from 100 on says what its owner does, one from 200 on what it
// does not bear that others do: 0 read, 1 write, 3 resize. Who writes has them all to itself.
import * as host from "../../base/machine/host.as";

const fcntl = 72;
const getLock: u64 = 36; // F_OFD_GETLK
const setLock: u64 = 37; // F_OFD_SETLK

const readLock: u32 = 0;
const writeLock: u32 = 1;
const noLock: u32 = 2;

const ownBytes: u64 = 100;
const refusedBytes: u64 = 200;
const ruleCount: u64 = 100;
const writing: u64 = 1;
const writingAndResizing: u64 = 3;

// struct flock: kind, counted from the file's start, first byte, bytes; no process.
const lock = memory.data(32, 8);

/** Locks an open file for a writer, or for one of several readers; false when others use it so. */
export function lockDisk(descriptor: u32, isReadOnly: bool): bool {
  const all = refusedBytes + ruleCount - ownBytes;
  if (!isReadOnly) return change(descriptor, writeLock, ownBytes, all);
  return (
    change(descriptor, readLock, ownBytes, 1) &&
    change(descriptor, readLock, refusedBytes + writing, writingAndResizing) &&
    !isHeld(descriptor, ownBytes + writing)
  );
}

function change(descriptor: u32, kind: u32, start: u64, length: u64): bool {
  describe(kind, start, length);
  return host.setup(fcntl, descriptor, setLock, lock, 0, 0, 0) == 0;
}

function isHeld(descriptor: u32, byte: u64): bool {
  describe(writeLock, byte, 1);
  if (host.setup(fcntl, descriptor, getLock, lock, 0, 0, 0) != 0) return true;
  return <u32>load<u16>(lock) != noLock;
}

function describe(kind: u32, start: u64, length: u64): void {
  store<u64>(lock, kind);
  store<u64>(lock, start, 8);
  store<u64>(lock, length, 16);
  store<u64>(lock, 0, 24);
}
