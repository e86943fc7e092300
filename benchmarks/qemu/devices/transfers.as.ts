// A kernel without an app that times transfers of its block device: `transfers.c` on our drivers.
import {
  clearLine,
  lineLength,
  lineStart,
  putByte,
  putDecimal,
  putText,
} from "../../../src/kernel/base/line.as";
import { pause } from "../../../src/kernel/base/machine/processor.as";
import { text } from "../../../src/kernel/base/text.as";
import { exit } from "../../../src/kernel/boot/exit.as";
import {
  ignoreBlockDevice,
  openBlockDevice,
  submitBlockRequest,
  takeBlockRequest,
} from "../../../src/kernel/drivers/block-device.as";
import {
  BlockDevice,
  BlockRequest,
  readBlocks,
  requestPart,
  sectorBytes,
  writeBlocks,
} from "../../../src/kernel/drivers/block-request.as";
import { allocateFrames, frameBytes } from "../../../src/kernel/memory/frames.as";
import { bootPc } from "../../../src/kernel/platform/pc/boot.as";
import { pcMonotonicTime } from "../../../src/kernel/platform/pc/clock.as";
import { findMemory } from "../../../src/kernel/platform/pc/machine-memory.as";
import { firstSerialPort, writeSerial } from "../../../src/kernel/drivers/uart-16550/uart-16550.as";

export * from "../../../src/kernel/index.as";

const failure: u32 = 1;
const depthLimit: u32 = 32;
const recordBytes: u32 = 256;
const largestBuffers: u32 = 4 << 20;

let records: usize = 0;
let buffers: usize = 0;
let random: u32 = 1;

/** Times everything, then ends. */
export function boot(record: u64): void {
  bootPc(record);
  findMemory();
  const device = openBlockDevice();
  records = allocateFrames(depthLimit * recordBytes / frameBytes);
  buffers = allocateFrames(largestBuffers / frameBytes);
  if (device === null || records == 0 || buffers == 0) exit(failure);
  ignoreBlockDevice(device!);
  measure(device!, text("sequential read 64 KiB"), readBlocks, 65_536, 2048, 8, false);
  measure(device!, text("sequential write 64 KiB"), writeBlocks, 65_536, 2048, 8, false);
  measure(device!, text("sequential read 1 MiB"), readBlocks, 1 << 20, 128, 4, false);
  measure(device!, text("sequential write 1 MiB"), writeBlocks, 1 << 20, 128, 4, false);
  measure(device!, text("random read 4 KiB"), readBlocks, 4096, 16_384, 32, true);
  measure(device!, text("random write 4 KiB"), writeBlocks, 4096, 16_384, 32, true);
  exit(0);
}

/** Keeps `depth` requests under way until `total` are done; says how long that took. */
function measure(
  device: BlockDevice, name: usize, operation: u32, bytes: u32, total: u32, depth: u32,
  isRandom: bool,
): void {
  const sectors = bytes / sectorBytes;
  const blocks = <u32>(device.sectorCount / sectors);
  const start = pcMonotonicTime();
  let sent: u32 = 0;
  for (; sent < depth; sent++) {
    const request = changetype<BlockRequest>(records + sent * recordBytes);
    request.operation = operation;
    request.partCount = 1;
    store<u32>(requestPart(request, 0), buffers + sent * bytes);
    store<u32>(requestPart(request, 0), bytes, 4);
    submit(device, request, nextBlock(sent, blocks, isRandom) * sectors);
  }
  for (let done: u32 = 0; done < total; ) {
    const taken = takeBlockRequest(device);
    if (taken === null) {
      pause();
      continue;
    }
    if (taken.error != 0) exit(failure);
    done++;
    if (sent == total) continue;
    submit(device, taken, nextBlock(sent, blocks, isRandom) * sectors);
    sent++;
  }
  report(name, pcMonotonicTime() - start);
}

function submit(device: BlockDevice, request: BlockRequest, sector: u64): void {
  request.sector = sector;
  if (submitBlockRequest(device, request) != 0) exit(failure);
}

function nextBlock(sent: u32, blocks: u32, isRandom: bool): u64 {
  random = random * 1_103_515_245 + 12_345;
  return (isRandom ? random >> 8 : sent) % blocks;
}

function report(name: usize, nanoseconds: u64): void {
  clearLine();
  putText(name);
  putText(text(": "));
  putDecimal(nanoseconds);
  putByte(0x0a);
  writeSerial(firstSerialPort, lineStart(), lineLength());
}
