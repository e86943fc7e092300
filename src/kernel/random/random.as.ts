// Random bytes for the app, wherever the platform has its entropy.
import * as config from "../base/config.as";
import * as app from "../base/machine/app.as";
import * as node from "../base/machine/node.as";
import { pause } from "../base/machine/processor.as";
import {
  entropyBuffer,
  openEntropyDevice,
  requestEntropy,
  takeEntropy,
} from "../drivers/virtio-rng/virtio-rng.as";
import { entropyBytes, launchEntropy } from "../launch/launch-record.as";
import { linuxRandomBytes, linuxRandomFill } from "../platform/linux/random.as";
import { nameAcpiDevices } from "../platform/pc/acpi-devices.as";
import { hardwareRandom } from "../platform/pc/entropy.as";
import { processorRandom } from "../platform/solo5/entropy.as";
import { mixKey, nextBlock, usableBytes } from "./chacha.as";

/** Blocks after which fresh entropy is mixed in, where there is a source of it: 2 MiB of bytes. */
const reseedBlocks: u32 = 0x1_0000;

/** A device answers within a fraction of this, or has nothing to give. */
const devicePollLimit: u32 = 100_000;

const seedBuffer = memory.data(32, 8);
let isSeeded = false;
let blocksTaken: u32 = 0; // since the last fresh entropy

/** Fills a checked range of app memory; returns a WASI error number. */
export function randomFill(appPointer: u32, length: u32): u32 {
  if (config.platform == config.linux) return linuxRandomFill(appPointer, length);
  seed();
  while (length != 0) {
    const part = min(length, usableBytes);
    app.copyOut(appPointer, takeBlock(), part);
    appPointer += part;
    length -= part;
  }
  return 0;
}

/** Sixty-four random bits. */
export function randomBits(): u64 {
  if (config.platform == config.linux) {
    linuxRandomBytes(seedBuffer, 8);
    return load<u64>(seedBuffer);
  }
  seed();
  return load<u64>(takeBlock());
}

/** The next block's usable bytes; now and then there is fresh entropy in it. */
function takeBlock(): usize {
  if (config.platform != config.node) {
    if (blocksTaken == reseedBlocks) reseed();
    blocksTaken++;
  }
  return nextBlock();
}

/** Mixes in what the processor has, and the device's answer to the request before this one. */
function reseed(): void {
  blocksTaken = 0;
  mixProcessorEntropy();
  if (config.platform == config.pc && config.findsDevices) {
    mixDeviceEntropy(takeEntropy());
    requestEntropy();
  }
}

/** Waits a moment for the first answer of an entropy device, if the machine has one. */
function seedFromDevice(): void {
  if (config.usesAcpi) nameAcpiDevices();
  if (!openEntropyDevice()) return;
  requestEntropy();
  let length: u32 = 0;
  for (let poll: u32 = 0; poll < devicePollLimit && length == 0; poll++) {
    length = takeEntropy();
    pause();
  }
  mixDeviceEntropy(length);
  requestEntropy();
}

function mixDeviceEntropy(length: u32): void {
  for (let offset: u32 = 0; offset + 8 <= length; offset += 8) {
    mixKey(offset >> 3, load<u64>(entropyBuffer() + offset));
  }
}

function seed(): void {
  if (isSeeded) return;
  isSeeded = true;
  if (config.platform == config.pc) {
    mixProcessorEntropy();
    const entropy = launchEntropy();
    if (entropy != 0) mixBytes(entropy);
    if (config.findsDevices) seedFromDevice();
  } else if (config.platform == config.solo5) {
    mixProcessorEntropy();
  } else {
    node.randomFill(seedBuffer, entropyBytes);
    mixBytes(seedBuffer);
  }
}

function mixProcessorEntropy(): void {
  for (let index: u32 = 0; index < 4; index++) {
    mixKey(index, config.platform == config.solo5 ? processorRandom() : hardwareRandom());
  }
}

function mixBytes(pointer: usize): void {
  for (let index: u32 = 0; index < 4; index++) mixKey(index, load<u64>(pointer + index * 8));
}
