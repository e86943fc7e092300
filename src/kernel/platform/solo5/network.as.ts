// The network device of a guest of Solo5's: a tap that the tender has opened, whose frames come by
// read(2) and go by write(2), one at a time (Solo5's mft_abi.h).
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import {
  ethernetHeaderBytes,
  framePart,
  NetDevice,
  NetFrame,
  ReceivedFrame,
} from "../../drivers/net-frame.as";
import { hasRoomForSent, keepSent, takeSent } from "../../drivers/sent-frames.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";
import { turnNetworkOff } from "../../net/settings.as";
import { deviceAfter } from "./boot-information.as";
import { interrupted } from "./errors.as";

const read = 0;
const write = 1;

const networkType: u32 = 2;
const addressOffset: usize = 72;
const payloadOffset: usize = 78;
const descriptorOffset: usize = 88;
const addressBits: u64 = 0xffff_ffff_ffff;

/** An Ethernet header, and the tag of a virtual network. */
const headerRoom: u32 = ethernetHeaderBytes + 4;

const device = changetype<NetDevice>(memory.data(128, 8));
const received = changetype<ReceivedFrame>(memory.data(16, 8));
let entry: usize = 0; // the device's, in the manifest
let buffer: usize = 0;
let bufferBytes: u32 = 0;
let isTaken = false;

/** Looks for the device; without one the app has no network. */
export function openSolo5Network(): void {
  entry = deviceAfter(0, networkType);
  if (entry == 0) {
    turnNetworkOff();
    return;
  }
  device.address = load<u64>(entry, addressOffset) & addressBits;
  device.payloadLimit = load<u16>(entry, payloadOffset);
}

/** The device, once; null when there is none. */
export function takeSolo5Network(): NetDevice | null {
  if (entry == 0 || isTaken) return null;
  const frames = (device.payloadLimit + headerRoom + frameBytes - 1) / frameBytes;
  buffer = allocateFrames(frames);
  if (buffer == 0) return null;
  bufferBytes = frames * frameBytes;
  isTaken = true;
  return device;
}

/** Hands a frame over to be sent; see `transmitFrame`. What the host has no room for is lost. */
export function transmitSolo5(frame: NetFrame): u32 {
  // Of a device that does nothing for the stack, all packets are in one piece.
  if (frame.partCount != 1) return errno.invalid;
  if (!hasRoomForSent()) return errno.again;
  const part = framePart(frame, 0);
  let result: i64 = 0;
  do {
    result = host.call(write, descriptor(), load<u32>(part), load<u32>(part, 4), 0, 0, 0);
  } while (result == interrupted);
  if (result < 0) device.droppedCount++;
  keepSent(frame);
  return 0;
}

/** Takes a frame back that was sent; null when there is none. */
export function takeSentSolo5(): NetFrame | null {
  const frame = takeSent();
  if (frame != null) device.sentCount++;
  return frame;
}

/** The next received frame; null when none came. */
export function receiveSolo5(): ReceivedFrame | null {
  for (let length = readFrame(); length >= 0; length = readFrame()) {
    if (length >= <i64>ethernetHeaderBytes && length < <i64>bufferBytes) {
      received.lengthBytes = <u32>length;
      received.start = buffer;
      device.receivedCount++;
      return received;
    }
    device.droppedCount++;
  }
  return null;
}

function readFrame(): i64 {
  let result: i64 = 0;
  do {
    result = host.call(read, descriptor(), buffer, bufferBytes, 0, 0, 0);
  } while (result == interrupted);
  return result;
}

function descriptor(): u32 {
  return load<u32>(entry, descriptorOffset);
}
