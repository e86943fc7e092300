// The disks of a machine: block devices that its command line gives a path each,
// tsuki.disk=<path>[,ro][,id=<name>]. A word with a name means the device that calls itself so, and
// one without the next device in the order in which the kernel finds them. Nobody looks for block
// devices where there is no such word.
import { success } from "../../base/errno.as";
import { putBytes, putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { beginMessage } from "../../console/message.as";
import { openBlockDevice } from "../../drivers/block-device.as";
import { BlockDevice, identifierBytes } from "../../drivers/block-request.as";
import { BlockFile, identifyBlockFile, openBlockFile } from "../../files/block-file.as";
import { addDisk, diskLimit } from "../../files/disks.as";
import { addHostMount, targetBytes } from "../../files/host-mounts.as";
import { diskKind } from "../../files/kinds.as";
import { routeDeviceLines, sendDeviceMessages } from "./device-interrupts.as";
import { endRefusal } from "./refusal.as";
import { refuseMissingDisk } from "./required-devices.as";

// A word's record of 320 bytes: the path, then at 256 the device's name with a NUL behind, u32
// bytes of the path at 288, u8 1 if read-only at 292.
const wordBytes: u32 = 320;
const words = memory.data(2560, 8); // diskLimit records
let wordCount: u32 = 0;

// What is known of a device: u32 BlockFile, u8 1 if it is mounted at 4, its name at 8.
const deviceBytes: u32 = 32;
const devices = memory.data(256, 8); // diskLimit records
let deviceCount: u32 = 0;

const comma: u32 = 0x2c;
const identifierPlace: usize = 256;
const pathLimit: u32 = 255;

/** Keeps a word's value, which ends with a blank, a NUL, or at `last`; false when it is none. */
export function noteDiskWord(value: usize, last: u64): bool {
  if (wordCount == diskLimit) return false;
  const word = words + wordCount * wordBytes;
  let end = value;
  while (<u64>end < last && load<u8>(end) != 0 && load<u8>(end) != 0x20) end++;
  let stop = partEnd(value, end);
  if (stop - value > pathLimit || targetBytes(value, stop) == 0) return false;
  memory.copy(word, value, stop - value);
  store<u32>(word, targetBytes(word, word + (stop - value)), 288);
  while (stop < end) {
    const start = stop + 1;
    stop = partEnd(start, end);
    if (!noteOption(word, start, <u32>(stop - start))) return false;
  }
  wordCount++;
  return true;
}

function partEnd(start: usize, end: usize): usize {
  while (start < end && load<u8>(start) != comma) start++;
  return start;
}

function noteOption(word: usize, start: usize, length: u32): bool {
  if (length == 2 && load<u16>(start) == 0x6f72) { // "ro"
    store<u8>(word, 1, 292);
    return true;
  }
  const isIdentifier = length > 3 && memory.compare(start, text("id="), 3) == 0;
  if (!isIdentifier || length - 3 > identifierBytes) return false;
  memory.copy(word + identifierPlace, start + 3, length - 3);
  return true;
}

/** Mounts what the command line names; ends the instance with one line when it cannot be. */
export function openMachineDisks(): void {
  if (wordCount == 0) return;
  sendDeviceMessages();
  for (let index: u32 = 0; index < wordCount; index++) {
    if (identifierLength(wordAt(index)) != 0) mount(wordAt(index));
  }
  for (let index: u32 = 0; index < wordCount; index++) {
    if (identifierLength(wordAt(index)) == 0) mount(wordAt(index));
  }
}

function wordAt(index: u32): usize {
  return words + index * wordBytes;
}

function identifierLength(word: usize): u32 {
  let length: u32 = 0;
  while (load<u8>(word + identifierPlace + length) != 0) length++;
  return length;
}

function mount(word: usize): void {
  const pathBytes = load<u32>(word, 288);
  const identifier = word + identifierPlace;
  const length = identifierLength(word);
  const device = findDevice(identifier, length);
  if (device == 0) refuseMissingDisk(word, pathBytes, identifier, length, deviceCount);
  store<u8>(device, 1, 4);
  const file = changetype<BlockFile>(<usize>load<u32>(device));
  const isReadOnly = load<u8>(word, 292) != 0;
  if (file.device.isReadOnly && !isReadOnly) {
    refuse(word, pathBytes, text(" can only be read: write tsuki.disk=<path>,ro"));
  }
  const disk = addDisk(load<u32>(device), file.size);
  if (disk < 0 || !addHostMount(diskKind, disk, isReadOnly, word, pathBytes)) {
    refuse(word, pathBytes, text(" is one too many"));
  }
}

/** The first device that is not mounted, and that is called so if there is a name; 0 for none. */
function findDevice(identifier: usize, length: u32): usize {
  for (let index: u32 = 0; index < deviceCount || takeNextDevice(); index++) {
    const device = devices + index * deviceBytes;
    if (load<u8>(device, 4) != 0) continue;
    const isCalledSo =
      memory.compare(device + 8, identifier, length) == 0 &&
      (length == identifierBytes || load<u8>(device + 8 + length) == 0);
    if (length == 0 || isCalledSo) return device;
  }
  return 0;
}

/** Takes the next block device into use; false when there is none. */
function takeNextDevice(): bool {
  if (deviceCount == diskLimit) return false;
  const block: BlockDevice | null = openBlockDevice();
  if (block == null) return false;
  routeDeviceLines();
  const file: BlockFile | null = openBlockFile(block);
  if (file == null) {
    beginMessage(text("this machine has no memory for its block devices; give it more"));
    endRefusal();
    return false;
  }
  const device = devices + deviceCount++ * deviceBytes;
  store<u32>(device, <u32>changetype<usize>(file));
  // One that has no name keeps the empty one.
  if (identifyBlockFile(file, device + 8) != success) memory.fill(device + 8, 0, identifierBytes);
  return true;
}

function refuse(path: usize, length: u32, problem: usize): void {
  beginMessage(text("the disk "));
  putBytes(path, length);
  putText(problem);
  endRefusal();
}
