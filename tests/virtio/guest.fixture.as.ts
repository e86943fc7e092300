// A guest that has no app: it uses the devices of its machine by way of the kernel's drivers, and says
// on COM1 what it found. Its exit status is the number of what failed, 0 when nothing did.
import { deviceAt, deviceCount, findDevices } from "../../src/kernel/bus/devices.as";
import { failureText } from "../../src/kernel/bus/failures.as";
import {
  clearLine,
  lineLength,
  lineStart,
  putByte,
  putDecimal,
  putText,
} from "../../src/kernel/base/line.as";
import { text } from "../../src/kernel/base/text.as";
import { exit } from "../../src/kernel/boot/exit.as";
import {
  openBlockDevice,
  submitBlockRequest,
  takeBlockRequest,
} from "../../src/kernel/drivers/block-device.as";
import {
  BlockDevice,
  BlockRequest,
  flushBlocks,
  readBlocks,
  requestPart,
  writeBlocks,
} from "../../src/kernel/drivers/block-request.as";
import {
  entropyBuffer,
  openEntropyDevice,
  requestEntropy,
  takeEntropy,
} from "../../src/kernel/drivers/virtio-rng/virtio-rng.as";
import { allocateFrames } from "../../src/kernel/memory/frames.as";
import { bootPc } from "../../src/kernel/platform/pc/boot.as";
import { pcMonotonicTime } from "../../src/kernel/platform/pc/clock.as";
import { firstSerialPort, writeSerial } from "../../src/kernel/drivers/uart-16550/uart-16550.as";
import { findMemory } from "../../src/kernel/platform/pc/machine-memory.as";

export * from "../../src/kernel/index.as";

/** Nothing that a device does takes longer here. */
const patienceNs: u64 = 10_000_000_000;

const failureStatus: u32 = 1;

/** What the host wrote over the first sectors, which the guest checks and then changes. */
const hostByte: u32 = 0x5a;

/** Uses every device, then ends. */
export function boot(record: u64): void {
  bootPc(record);
  findMemory();
  findDevices();
  for (let index: u32 = 0; index < deviceCount(); index++) {
    const device = deviceAt(index);
    report(text("device type "), device.deviceType, failureText(device.failure));
  }
  if (openEntropyDevice()) useEntropy();
  const device = openBlockDevice();
  if (device !== null) useBlocks(device);
  exit(0);
}

function useEntropy(): void {
  requestEntropy();
  const deadline = pcMonotonicTime() + patienceNs;
  let length: u32 = 0;
  while (length == 0 && pcMonotonicTime() < deadline) length = takeEntropy();
  let ones: u32 = 0;
  for (let index: u32 = 0; index < length; index++) {
    ones += <u32>popcnt(<u32>load<u8>(entropyBuffer() + index));
  }
  report(text("entropy bytes "), length, text("from the device"));
  if (length == 0 || ones < length * 2 || ones > length * 6) exit(failureStatus);
}

function useBlocks(device: BlockDevice): void {
  report(text("block sectors "), device.sectorCount, text("on the disk"));
  const buffer = allocateFrames(16);
  const request = changetype<BlockRequest>(allocateFrames(1));
  transfer(device, request, readBlocks, 0, buffer, 4096);
  for (let index: u32 = 0; index < 4096; index++) {
    if (load<u8>(buffer + index) != hostByte) exit(failureStatus + 1);
  }
  for (let index: u32 = 0; index < 8192; index++) store<u8>(buffer + index, (index * 31) >> 3);
  transfer(device, request, writeBlocks, 8, buffer, 8192);
  if (device.canFlush) transfer(device, request, flushBlocks, 0, 0, 0);
  memory.fill(buffer, 0, 8192);
  transfer(device, request, readBlocks, 8, buffer, 8192);
  for (let index: u32 = 0; index < 8192; index++) {
    if (load<u8>(buffer + index) != ((index * 31) >> 3 & 0xff)) exit(failureStatus + 2);
  }
  report(text("block bytes "), 8192, text("written and read back"));
}

/** Does one request and waits for it. */
function transfer(
  device: BlockDevice, request: BlockRequest, operation: u32, sector: u64, buffer: usize, bytes: u32,
): void {
  request.operation = operation;
  request.sector = sector;
  request.partCount = bytes == 0 ? 0 : 1;
  store<u32>(requestPart(request, 0), buffer);
  store<u32>(requestPart(request, 0), bytes, 4);
  if (submitBlockRequest(device, request) != 0) exit(failureStatus + 3);
  const deadline = pcMonotonicTime() + patienceNs;
  let taken = takeBlockRequest(device);
  while (taken === null && pcMonotonicTime() < deadline) taken = takeBlockRequest(device);
  if (taken !== request || request.error != 0) exit(failureStatus + 4);
}

function report(name: usize, value: u64, what: usize): void {
  clearLine();
  putText(name);
  putDecimal(value);
  putByte(0x20);
  putText(what);
  putByte(0x0a);
  writeSerial(firstSerialPort, lineStart(), lineLength());
}
