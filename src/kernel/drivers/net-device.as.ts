// Network devices as the rest of the kernel sees them. Frames are handed over to be sent, and their
// memory is taken back later; received frames are looked at one after the other. Functions branch
// on the device's kind; so far every network device is virtio's.
import { NetDevice, NetFrame, ReceivedFrame } from "./net-frame.as";
import {
  findVirtioNet,
  isVirtioNetUp,
  listenToVirtioNet,
  notifyVirtioNet,
  receiveVirtioNet,
  releaseVirtioNet,
  resetVirtioNet,
  takeSentVirtioNet,
  transmitVirtioNet,
} from "./virtio-net/virtio-net.as";

/** The next network device that nobody has; null when there is none that works. */
export function openNetDevice(): NetDevice | null {
  return findVirtioNet();
}

/**
 * Hands a frame over to be sent, of which `notifyNetDevice` tells the device. 0: its memory will be
 * taken back. Otherwise it was not handed over: EAGAIN, there is no room before sent frames are
 * taken back; EINVAL, it is no frame, too long, or asks for what the device cannot do; EIO, the
 * device is out of order.
 */
export function transmitFrame(device: NetDevice, frame: NetFrame): u32 {
  return transmitVirtioNet(device, frame);
}

/** Tells the device of the frames that were handed over: once for as many as there are. */
export function notifyNetDevice(device: NetDevice): void {
  notifyVirtioNet(device);
}

/** Takes a frame back that was sent, or given up by a reset; null when there is none. */
export function takeSentFrame(device: NetDevice): NetFrame | null {
  return takeSentVirtioNet(device);
}

/** The next received frame, which must be released before the one after it; null when none came. */
export function receiveFrame(device: NetDevice): ReceivedFrame | null {
  return receiveVirtioNet(device);
}

/** Gives the memory of the frame that was received last back to the device. */
export function releaseReceivedFrame(device: NetDevice): void {
  releaseVirtioNet(device);
}

/** Whether the device is connected. */
export function isNetDeviceUp(device: NetDevice): bool {
  return isVirtioNetUp(device);
}

/**
 * Has the device interrupt when a frame comes, or, with `sent`, when one was sent, before the
 * processor sleeps; without `received` it does not interrupt. Whether there is something already.
 */
export function listenToNetDevice(device: NetDevice, received: bool, sent: bool): bool {
  return listenToVirtioNet(device, received, sent);
}

/**
 * Resets a device that broke the rules or hangs: frames under way are given up, and come back by
 * `takeSentFrame`; after that it works on. False when the device does not even reset.
 */
export function resetNetDevice(device: NetDevice): bool {
  return resetVirtioNet(device);
}
