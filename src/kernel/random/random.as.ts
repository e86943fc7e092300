// Random bytes for the app, wherever the platform has its entropy.
import * as config from "../base/config.as";
import * as app from "../base/machine/app.as";
import * as node from "../base/machine/node.as";
import { entropyBytes, launchEntropy } from "../launch/launch-record.as";
import { linuxRandomBytes, linuxRandomFill } from "../platform/linux/random.as";
import { hardwareRandom } from "../platform/pc/entropy.as";
import { mixKey, nextBlock, usableBytes } from "./chacha.as";

const seedBuffer = memory.data(32, 8);
let isSeeded = false;

/** Fills a checked range of app memory; returns a WASI error number. */
export function randomFill(appPointer: u32, length: u32): u32 {
  if (config.platform == config.linux) return linuxRandomFill(appPointer, length);
  seed();
  while (length != 0) {
    const part = min(length, usableBytes);
    app.copyOut(appPointer, nextBlock(), part);
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
  return load<u64>(nextBlock());
}

function seed(): void {
  if (isSeeded) return;
  isSeeded = true;
  if (config.platform == config.pc) {
    for (let index: u32 = 0; index < 4; index++) mixKey(index, hardwareRandom());
    const entropy = launchEntropy();
    if (entropy != 0) mixBytes(entropy);
  } else {
    node.randomFill(seedBuffer, entropyBytes);
    mixBytes(seedBuffer);
  }
}

function mixBytes(pointer: usize): void {
  for (let index: u32 = 0; index < 4; index++) mixKey(index, load<u64>(pointer + index * 8));
}
