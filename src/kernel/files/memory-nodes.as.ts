// The memory file system's files and directories. A node has 320 bytes, twelve of them in a frame:
//
//     0 u8 type (0: free)    1 u8 levels      2 u8 name length     4 u32 parent
//     8 u32 first child, or the root of its blocks    12 u32 next sibling, or next free
//    16 u64 size    24 u64 modified (ns)    32 u64 accessed    40 u64 changed
//    48 u32 sequence    52 u32 times open    56 u32 1 unless removed    64 name (255)
//
// Children are chained in the order in which they were added; their sequence numbers only grow, so
// that a listing goes on where it stopped whatever is added and removed meanwhile.
import * as errno from "../base/errno.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import { wallTime } from "../time/clock.as";
import { directoryType } from "./kinds.as";
import { freeContents } from "./memory-contents.as";
import { compareNames } from "./path.as";

/** The root directory's node. */
export const memoryRoot: u32 = 0;

const nodeBytes: u32 = 320;
const nodesOfFrame: u32 = 12;
const nodeLimit: u32 = 4096;
const none: u32 = 0xffff_ffff;

let index: usize = 0; // a frame: one u32 for each nodesOfFrame nodes
let made: u32 = 0;
let freeHead: u32 = 0xffff_ffff;
let lastSequence: u32 = 0;

/** Makes the root directory; false when there is no memory. */
export function prepareMemoryNodes(): bool {
  index = allocateZeroedFrame();
  return index != 0 && takeNode(directoryType) == memoryRoot;
}

/** Address of a node. */
export function memoryNode(node: u32): usize {
  return load<u32>(index + node / nodesOfFrame * 4) + node % nodesOfFrame * nodeBytes;
}

/** WASI's file type of a node. */
export function memoryType(node: u32): u32 {
  return load<u8>(memoryNode(node));
}

/** Whether a node is a directory. */
export function isMemoryDirectory(node: u32): bool {
  return memoryType(node) == directoryType;
}

/** A directory's node of a name, or -1. */
export function memoryChild(directory: u32, name: usize, length: u32): i32 {
  let child = load<u32>(memoryNode(directory), 8);
  while (child != none) {
    const node = memoryNode(child);
    if (compareNames(node + 64, load<u8>(node, 2), name, length) == 0) return child;
    child = load<u32>(node, 12);
  }
  return -1;
}

/** A directory's first child of a sequence number from `sequence` on, or -1. */
export function memoryChildFrom(directory: u32, sequence: u32): i32 {
  let child = load<u32>(memoryNode(directory), 8);
  while (child != none) {
    if (load<u32>(memoryNode(child), 48) >= sequence) return child;
    child = load<u32>(memoryNode(child), 12);
  }
  return -1;
}

/** A node's sequence number in its directory. */
export function memorySequence(node: u32): u32 {
  return load<u32>(memoryNode(node), 48);
}

/** Makes a file or directory of a name that is free; a negated error number when it cannot. */
export function makeMemoryNode(directory: u32, name: usize, length: u32, type: u32): i32 {
  if (load<u32>(memoryNode(directory), 56) == 0) return -<i32>errno.noEntry; // it was removed
  const node = takeNode(type);
  if (node >= 0) addChild(directory, node, name, length);
  return node;
}

/** Takes a node out of its directory; it goes when nobody has it open. */
export function removeMemoryNode(node: u32): void {
  detach(node);
  store<u32>(memoryNode(node), 0, 56);
  freeIfUnused(node);
}

/** Gives a node another directory and name, which is free. */
export function moveMemoryNode(node: u32, directory: u32, name: usize, length: u32): void {
  detach(node);
  addChild(directory, node, name, length);
}

/** Whether a directory is another, or lies below it. */
export function isMemoryBelow(node: u32, ancestor: u32): bool {
  while (node != ancestor) {
    if (node == memoryRoot) return false;
    node = load<u32>(memoryNode(node), 4);
  }
  return true;
}

/** Notes that a file or directory was opened. */
export function holdMemoryNode(node: u32): void {
  const address = memoryNode(node);
  store<u32>(address, load<u32>(address, 52) + 1, 52);
}

/** Notes that it was closed. */
export function releaseMemoryNode(node: u32): void {
  const address = memoryNode(node);
  store<u32>(address, load<u32>(address, 52) - 1, 52);
  freeIfUnused(node);
}

/** Notes that a node's contents were changed now. */
export function touchMemoryNode(node: u32): void {
  const now = wallTime();
  store<u64>(memoryNode(node), now, 24);
  store<u64>(memoryNode(node), now, 40);
}

/** A node that lies in no directory yet, or a negated error number. */
function takeNode(type: u32): i32 {
  let node = freeHead;
  if (node != none) {
    freeHead = load<u32>(memoryNode(node), 12);
    memory.fill(memoryNode(node), 0, nodeBytes);
  } else {
    if (made == nodeLimit) return -<i32>errno.noSpace;
    const place = index + made / nodesOfFrame * 4;
    if (load<u32>(place) == 0) store<u32>(place, <u32>allocateZeroedFrame());
    if (load<u32>(place) == 0) return -<i32>errno.noSpace;
    node = made++;
  }
  const address = memoryNode(node);
  store<u8>(address, type);
  if (type == directoryType) store<u32>(address, none, 8);
  store<u32>(address, none, 12);
  store<u32>(address, 1, 56);
  store<u64>(address, wallTime(), 32);
  touchMemoryNode(node);
  return node;
}

function addChild(directory: u32, node: u32, name: usize, length: u32): void {
  const address = memoryNode(node);
  store<u8>(address, length, 2);
  memory.copy(address + 64, name, length);
  store<u32>(address, directory, 4);
  store<u32>(address, none, 12);
  store<u32>(address, ++lastSequence, 48);
  store<u32>(linkTo(directory, none), node);
  touchMemoryNode(directory);
}

function detach(node: u32): void {
  const directory = load<u32>(memoryNode(node), 4);
  store<u32>(linkTo(directory, node), load<u32>(memoryNode(node), 12));
  touchMemoryNode(directory);
}

/** Where a directory's chain names a node, or, of `none`, where it ends. */
function linkTo(directory: u32, node: u32): usize {
  let link = memoryNode(directory) + 8;
  while (load<u32>(link) != node) link = memoryNode(load<u32>(link)) + 12;
  return link;
}

function freeIfUnused(node: u32): void {
  const address = memoryNode(node);
  if (load<u32>(address, 52) != 0 || load<u32>(address, 56) != 0) return;
  if (!isMemoryDirectory(node)) freeContents(address);
  store<u8>(address, 0);
  store<u32>(address, freeHead, 12);
  freeHead = node;
}
