// The kernel's command line: words with a value (contracts/control-channel.ts).
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import { beginWord, endsWord, takeNumber } from "../../base/word.as";
import { noteConfigurationSpace, noteDeviceWord } from "../../bus/device-words.as";
import { addressWords, maskForm, noteNetworkWord, partWords } from "../../net/configuration.as";
import { complain } from "./complaint.as";
import { noteDiskWord } from "./disks.as";

/** A command line is shorter, in bytes. */
export const commandLineLimit: u32 = 4096;

const timeName: u32 = 0;
const deviceName: u32 = 1;
const configurationSpaceName: u32 = 2;
const diskName: u32 = 3;
const unknownName: u32 = u32.MAX_VALUE;

/** Behind a name: an equals sign. */
const nameEnd: u8 = 0x3d;

let time: u64 = 0;
let value: usize = 0;

/** The wall clock at launch in nanoseconds since 1970, 0 when not given. */
export function launchTime(): u64 {
  return time;
}

/** Reads a command line, which ends with a NUL. */
export function readCommandLine(pointer: usize): void {
  const last = endOfLine(pointer);
  if (last == 0) {
    complain(text("the command line is longer than 4,095 bytes"));
    return;
  }
  let begins = true;
  for (let place = pointer; place < last; place++) {
    const isBlank = load<u8>(place) == 0x20;
    if (begins & !isBlank) readWord(place, last);
    begins = isBlank;
  }
}

function ownWords(): usize {
  return text("tsuki.time=virtio_mmio.device=tsuki.ecam=tsuki.disk=");
}

function readWord(word: usize, last: usize): void {
  const name = findName(ownWords(), word);
  if (name == timeName) readTime();
  else if (config.findsDevices && name == deviceName) readDevice();
  else if (config.findsDevices && name == configurationSpaceName) readConfigurationSpace();
  else if (config.opensFiles && name == diskName) readDisk(last);
  else if (config.opensSockets && name == unknownName) readNetworkWord(word, last);
}

function readTime(): void {
  beginWord(value);
  const given = takeNumber();
  // 0 is too small, too.
  if (endsWord() & (given - 1 < <u64>i64.MAX_VALUE)) time = given;
  else complain(text("the command line's tsuki.time= is not nanoseconds since 1970"));
}

function readDevice(): void {
  if (noteDeviceWord(value)) return;
  complain(text("the command line's virtio_mmio.device= is not <size>@<address>:<line>"));
}

function readConfigurationSpace(): void {
  if (noteConfigurationSpace(value)) return;
  complain(text("the command line's tsuki.ecam= is no address"));
}

function readDisk(last: usize): void {
  if (noteDiskWord(value, last)) return;
  complain(text("the command line's tsuki.disk= is not <path>[,ro][,id=<name>]"));
}

function readNetworkWord(word: usize, last: usize): void {
  const own = findName(addressWords(), word);
  const part = own == unknownName ? findName(partWords(), word) : unknownName;
  const place = part == unknownName ? own : maskForm + part;
  if (place == unknownName || noteNetworkWord(place, value, last)) return;
  complain(text("the command line's network settings are too many, or one is too long"));
}

/** Where the NUL is that ends a command line; 0 when there is none. */
function endOfLine(pointer: usize): usize {
  const limit = pointer + commandLineLimit - 1;
  while (pointer < limit) if (load<u8>(pointer++) == 0) return pointer - 1;
  return 0;
}

/**
 * The place of a word's name in a list of names, each of which ends with an equals sign; where the
 * value begins is in `value` then.
 */
function findName(list: usize, word: usize): u32 {
  let place: u32 = 0;
  let at = word;
  let difference: u32 = 0;
  for (let byte = load<u8>(list); byte != 0; byte = load<u8>(++list)) {
    // Behind the first byte that differs, no more of the word is looked at: the line may end there.
    difference |= byte ^ load<u8>(at);
    at += <usize>(difference == 0);
    if (byte != nameEnd) continue;
    if (difference == 0) {
      value = at;
      return place;
    }
    place++;
    at = word;
    difference = 0;
  }
  return unknownName;
}
