// Network devices as the rest of the kernel sees them. Frames are handed over to be sent, and their
// memory is taken back later; received frames are looked at one after the other. Functions branch
// on the platform: a machine's devices are virtio's, a Linux process may have a tap, and a guest of
// Solo5's has one from its tender.
import * as config from "../base/config.as";
import { NetDevice, NetFrame, ReceivedFrame } from "./net-frame.as";
import {
  clearWayTap,
  keepableTap,
  keepTap,
  passKeptTap,
  receiveTap,
  returnKeptTap,
  takeSentTap,
  takeTap,
  transmitTap,
} from "../platform/linux/tap.as";
import {
  receiveSolo5,
  takeSentSolo5,
  takeSolo5Network,
  transmitSolo5,
} from "../platform/solo5/network.as";
import {
  clearWayVirtioNet,
  findVirtioNet,
  isVirtioNetUp,
  keepableVirtioNet,
  keepVirtioNet,
  listenToVirtioNet,
  notifyVirtioNet,
  passKeptVirtioNet,
  receiveVirtioNet,
  releaseVirtioNet,
  resetVirtioNet,
  returnKeptVirtioNet,
  startVirtioNet,
  takeSentVirtioNet,
  transmitVirtioNet,
} from "./virtio-net/virtio-net.as";

/** The next network device that nobody has, not started; null when there is none that works. */
export function openNetDevice(): NetDevice | null {
  if (config.platform == config.solo5) return takeSolo5Network();
  return config.platform == config.linux ? takeTap() : findVirtioNet();
}

/** Has a device that was just opened receive frames: its buffers are offered to it. */
export function startNetDevice(device: NetDevice): void {
  if (isVirtio()) startVirtioNet(device);
}

/**
 * Hands a frame over to be sent, of which `notifyNetDevice` tells the device. 0: its memory will be
 * taken back. Otherwise it was not handed over: EAGAIN, there is no room before sent frames are
 * taken back; EINVAL, it is no frame, too long, or asks for what the device cannot do; EIO, the
 * device is out of order.
 */
export function transmitFrame(device: NetDevice, frame: NetFrame): u32 {
  if (config.platform == config.linux) return transmitTap(device, frame);
  if (config.platform == config.solo5) return transmitSolo5(frame);
  return transmitVirtioNet(device, frame);
}

/** Tells the device of the frames that were handed over: once for as many as there are. */
export function notifyNetDevice(device: NetDevice): void {
  if (isVirtio()) notifyVirtioNet(device);
}

/** Takes a frame back that was sent, or given up by a reset; null when there is none. */
export function takeSentFrame(device: NetDevice): NetFrame | null {
  if (config.platform == config.solo5) return takeSentSolo5();
  return config.platform == config.linux ? takeSentTap(device) : takeSentVirtioNet(device);
}

/** The next received frame, which must be released before the one after it; null when none came. */
export function receiveFrame(device: NetDevice): ReceivedFrame | null {
  if (config.platform == config.solo5) return receiveSolo5();
  return config.platform == config.linux ? receiveTap(device) : receiveVirtioNet(device);
}

/** Gives the memory of the frame that was received last back to the device. */
export function releaseReceivedFrame(device: NetDevice): void {
  if (isVirtio()) releaseVirtioNet(device);
}

/**
 * How many bytes of memory the frame that was received last takes up, from `netHeaderBytes` before
 * its start on, if it may be kept; 0 if it may not.
 */
export function keepableMemory(device: NetDevice): u32 {
  if (config.platform == config.linux) return keepableTap(device);
  return isVirtio() ? keepableVirtioNet(device) : 0;
}

/**
 * Keeps the frame that was received last: its memory stays as it is until `returnKeptFrame`.
 * Whether as large a frame could be kept as well.
 */
export function keepReceivedFrame(device: NetDevice): bool {
  return config.platform == config.linux ? keepTap(device) : isVirtio() && keepVirtioNet(device);
}

/** Gives the memory of a kept frame back, by where it begins. */
export function returnKeptFrame(device: NetDevice, place: usize): void {
  if (config.platform == config.linux) returnKeptTap(device, place);
  else if (isVirtio()) returnKeptVirtioNet(device, place);
}

/**
 * Has the device make use of memory that was given back. Where kept frames leave it too little, the
 * place of one that ought to be given back, too, or else passed; 0 for none.
 */
export function clearWay(device: NetDevice): usize {
  if (config.platform == config.linux) return clearWayTap(device);
  return isVirtio() ? clearWayVirtioNet(device) : 0;
}

/** Leaves the kept frame where it is of which `clearWay` told. */
export function passKeptFrame(device: NetDevice): void {
  if (config.platform == config.linux) passKeptTap(device);
  else if (isVirtio()) passKeptVirtioNet(device);
}

/** Whether the device is connected. */
export function isNetDeviceUp(device: NetDevice): bool {
  return !isVirtio() || isVirtioNetUp(device);
}

/**
 * Has the device interrupt when a frame comes, or, with `sent`, when one was sent, before the
 * processor sleeps; without `received` it does not interrupt. Whether there is something already.
 */
export function listenToNetDevice(device: NetDevice, received: bool, sent: bool): bool {
  return isVirtio() && listenToVirtioNet(device, received, sent); // epoll listens to taps
}

/**
 * Resets a device that broke the rules or hangs: frames under way are given up, and come back by
 * `takeSentFrame`; after that it works on. False when the device does not even reset.
 */
export function resetNetDevice(device: NetDevice): bool {
  return isVirtio() && resetVirtioNet(device);
}

/** A constant in every image. */
@inline
function isVirtio(): bool {
  return config.platform != config.linux && config.platform != config.solo5;
}
