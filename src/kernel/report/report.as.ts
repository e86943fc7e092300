// Answers to a monitor's questions: frames of the control channel (contracts/instance-report.ts).
import * as config from "../base/config.as";
import { stopRequested } from "../boot/stop.as";
import { openedBlockDevice } from "../drivers/block-device.as";
import { BlockDevice } from "../drivers/block-request.as";
import { NetDevice } from "../drivers/net-frame.as";
import { diskCount, diskCounters } from "../files/disks.as";
import { availableFrames } from "../memory/frames.as";
import { openSocketCount } from "../net/socket-table.as";
import { interfaceLimit } from "../net/link/interfaces.as";
import { linkDevice } from "../platform/links.as";
import { busyTime, uptime } from "./clock.as";
import { memoryBytes, memoryUsedBytes } from "./memory-use.as";
import { hasWaited, turnCount } from "../boot/turns.as";

const healthRequest: u32 = 5;
const metricsRequest: u32 = 6;
const healthFrame: u32 = 20;
const metricsFrame: u32 = 21;

const version: u32 = 1;
const starting: u32 = 0;
const ready: u32 = 1;
const draining: u32 = 2;

const frameHeaderBytes: u32 = 4;
const healthBytes: u32 = 16;
const metricsHeaderBytes: u32 = 72;
const recordBytes: u32 = 40;
const deviceLimit: u32 = 8;

const frame = memory.data(720, 8); // frame's header, metrics' header, a record for 2 * deviceLimit

/** Where `makeReport` leaves the frame. */
export function reportFrame(): usize {
  return frame + 4;
}

/** Makes the answer to a question of this kind: the frame's bytes, 0 when it is no question. */
export function makeReport(kind: u32): u32 {
  if (kind == healthRequest) return finish(healthFrame, putHealth());
  if (kind == metricsRequest) return finish(metricsFrame, putMetrics());
  return 0;
}

/** The payload begins at a multiple of eight, and the header before it. */
function finish(kind: u32, length: u32): u32 {
  store<u32>(frame, kind | (length << 16), 4);
  return frameHeaderBytes + length;
}

function putHealth(): u32 {
  const state = stopRequested() ? draining : hasWaited() ? ready : starting;
  store<u32>(frame, version | (state << 16), 8);
  store<u32>(frame, 0, 12);
  store<u64>(frame, turnCount(), 16);
  return healthBytes;
}

function putMetrics(): u32 {
  const time = uptime();
  store<u64>(frame, time, 16);
  store<u64>(frame, busyTime(time), 24);
  store<u64>(frame, turnCount(), 32);
  store<u64>(frame, memoryBytes(), 40);
  store<u64>(frame, memoryUsedBytes(false), 48);
  store<u64>(frame, memoryUsedBytes(true), 56);
  store<u64>(frame, availableFrames(), 64);
  store<u64>(frame, config.opensSockets ? openSocketCount() : 0, 72);
  const networkDevices = putNetworkDevices();
  const disks = putDisks(networkDevices);
  store<u64>(frame, version | (networkDevices << 16) | (<u64>disks << 32), 8);
  return metricsHeaderBytes + (networkDevices + disks) * recordBytes;
}

@inline
function recordAt(index: u32): usize {
  return frame + 8 + metricsHeaderBytes + index * recordBytes;
}

function putCounters(record: usize, a: u64, b: u64, c: u64, d: u64, e: u64): void {
  store<u64>(record, a);
  store<u64>(record, b, 8);
  store<u64>(record, c, 16);
  store<u64>(record, d, 24);
  store<u64>(record, e, 32);
}

function putNetworkDevices(): u32 {
  let count: u32 = 0;
  if (!config.opensSockets || config.platform == config.node) return count;
  if (config.platform == config.linux && !config.usesOwnStack) return count;
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    const device: NetDevice | null = linkDevice(number);
    if (device == null) continue;
    putCounters(
      recordAt(count++),
      device.receivedCount,
      device.receivedBytes,
      device.sentCount,
      device.sentBytes,
      device.droppedCount,
    );
  }
  return count;
}

/** Disks that are files of the host: each has its counters side by side. */
function putHostDisks(before: u32): u32 {
  if (!config.opensFiles) return 0;
  for (let disk: u32 = 0; disk < diskCount(); disk++) {
    memory.copy(recordAt(before + disk), diskCounters(disk), recordBytes);
  }
  return diskCount();
}

function putDisks(before: u32): u32 {
  const isOfHost = config.platform == config.linux || config.platform == config.node;
  if (isOfHost) return putHostDisks(before);
  let count: u32 = 0;
  if (!config.findsDevices) return count;
  for (; count < deviceLimit; count++) {
    const device: BlockDevice | null = openedBlockDevice(count);
    if (device == null) break;
    putCounters(
      recordAt(before + count),
      device.readCount,
      device.readBytes,
      device.writeCount,
      device.writtenBytes,
      device.failures,
    );
  }
  return count;
}
