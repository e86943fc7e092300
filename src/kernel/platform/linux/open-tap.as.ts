// How taps that were handed over (TSUKI_TAP, as src/host/tap.as.ts does) are taken into use, before
// the seal (Linux, Documentation/networking/tuntap.rst; netdevice(7)).
import * as host from "../../base/machine/host.as";
import { putDecimal, putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { allocateFrames, availableFrames } from "../../memory/frames.as";
import {
  inheritedDescriptor,
  inheritedDescriptors,
  makeNonBlocking,
  malformedDescriptor,
  moveDescriptor,
  notInherited,
} from "./inherited.as";
import {
  openedTap,
  tapBufferPages,
  tapLimit,
  tapRowPages,
} from "./tap.as";
import { netHeaderBytes } from "../../drivers/net-frame.as";
import { ownWordCount } from "../../net/configuration.as";
import { readTapSetting } from "../../net/tap-setting.as";
import { watchTap } from "./readiness.as";
import { beginTrace, traceDescriptor } from "./tap-trace.as";

const close = 3;
const ioctl = 16;
const socket = 41;

const getInterface: u64 = 0x8004_54d2; // TUNGETIFF
const setOffload: u64 = 0x4004_54d0; // TUNSETOFFLOAD
const setHeaderBytes: u64 = 0x4004_54d8; // TUNSETVNETHDRSZ
const getMtu: u64 = 0x8921; // SIOCGIFMTU
const getHardwareAddress: u64 = 0x8927; // SIOCGIFHWADDR

const isTapWithHeader: u32 = 0x4002; // IFF_TAP | IFF_VNET_HDR
const checksumOffload: u64 = 1; // TUN_F_CSUM
const segmentOffload: u64 = 6; // TUN_F_TSO4 | TUN_F_TSO6

const localFamily: u64 = 1; // AF_UNIX
const datagramType: u64 = 2;

/** With so many page frames, some are set aside for received frames that are kept. */
const keepingFrames: u32 = 1024;
const defaultMtu: u32 = 1500;
const valueOffset: usize = 16;
const addressOffset: usize = 18;
const nobodysAddress: u64 = 0x0100_0000_0000; // flips a bit of the last byte

const request = memory.data(40, 8); // struct ifreq
const given = memory.data(12, 4); // descriptors, tapLimit i32

/**
 * Takes the taps that were handed over into use, and the file of their trace. False, with a line
 * that says why, when what was handed over is none.
 */
export function openTaps(): bool {
  const count = inheritedDescriptors(text("TSUKI_TAP"), given, tapLimit);
  const trace = inheritedDescriptor(text("TSUKI_PCAP"));
  if (count == notInherited) {
    report(text("this image is for a tap: start it by tsuki-host tap NAME"));
  }
  if (count < 0 || trace == malformedDescriptor || !readTapSetting()) return false;
  if (ownWordCount() > <u32>count) {
    report(text("TSUKI_NET names more taps than there are; name all: tsuki-host tap NAME,NAME"));
    return false;
  }
  for (let index: i32 = 0; index < count; index++) {
    if (!open(load<u32>(given + index * 4))) return false;
    watchTap(index);
  }
  if (trace >= 0 && moveDescriptor(trace, traceDescriptor)) beginTrace();
  return true;
}

function report(line: usize): void {
  beginMessage(line);
  endMessage();
}

function open(descriptor: u64): bool {
  if (prepare(descriptor)) return true;
  beginMessage(text("TSUKI_TAP: descriptor "));
  putDecimal(descriptor);
  putText(text(" is no tap with virtio's header; start the image by tsuki-host tap NAME"));
  endMessage();
  return false;
}

function prepare(descriptor: u64): bool {
  if (host.setup(ioctl, descriptor, getInterface, request, 0, 0, 0) < 0) return false;
  const flags: u32 = load<u16>(request, valueOffset);
  if ((flags & isTapWithHeader) != isTapWithHeader) return false;
  const tap = openedTap();
  const own = tap.descriptor;
  if (!moveDescriptor(descriptor, own)) return false;
  makeNonBlocking(own);
  tap.payloadLimit = mtu();
  host.setup(ioctl, own, getHardwareAddress, request, 0, 0, 0);
  // The other end of the cable has this address, and we one beside it.
  tap.address = load<u64>(request, addressOffset) & 0xffff_ffff_ffff ^ nobodysAddress;
  store<u32>(request, netHeaderBytes);
  if (host.setup(ioctl, own, setHeaderBytes, request, 0, 0, 0) < 0) return false;
  tap.joinsSegments = offload(own, checksumOffload | segmentOffload);
  if (!tap.joinsSegments) offload(own, checksumOffload);
  tap.canChecksum = true;
  tap.canSegment4 = true;
  tap.canSegment6 = true;
  tap.buffer = allocateFrames(tapBufferPages);
  if (availableFrames() >= keepingFrames) tap.row = allocateFrames(tapRowPages);
  return tap.buffer != 0;
}

/** Has the host give frames whose checksums are missing, or that are several; whether it does. */
function offload(descriptor: u32, what: u64): bool {
  return host.setup(ioctl, descriptor, setOffload, what, 0, 0, 0) >= 0;
}

/** The device's, if it is in the same network as we are. */
function mtu(): u32 {
  const descriptor = host.setup(socket, localFamily, datagramType, 0, 0, 0, 0);
  if (descriptor < 0) return defaultMtu;
  const result = host.setup(ioctl, descriptor, getMtu, request, 0, 0, 0);
  host.setup(close, descriptor, 0, 0, 0, 0, 0);
  return result < 0 ? defaultMtu : load<u32>(request, valueOffset);
}
