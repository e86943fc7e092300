// How a driver takes a device into use (virtio 1.2, 3.1.1), and why that may fail.
import { pause } from "../base/machine/processor.as";
import {
  legacyFailure,
  missingFeatureFailure,
  refusedFeaturesFailure,
  resetFailure,
} from "./failures.as";
import { mmioKind, Transport } from "./transport-record.as";
import { readStatus, writeStatus } from "./transport.as";
import { MmioTransport } from "./virtio-mmio.as";
import { PciTransport } from "./virtio-pci.as";

const acknowledge: u32 = 1;
const driver: u32 = 2;
const driverOk: u32 = 4;
const featuresOk: u32 = 8;
const needsReset: u32 = 64;
const failed: u32 = 128;

/** Feature: the device follows virtio 1.0 or later (6). */
const version1: u64 = 1 << 32;

/** Feature: a descriptor may point to a table of descriptors (2.7.5.3). */
export const indirectDescriptors: u64 = 1 << 28;

/** Feature: each side says which notification it wants next (2.7.7, 2.7.8). */
export const eventIndex: u64 = 1 << 29;

/** Some milliseconds on any machine: a device resets at once, or by work of the host's. */
const resetPollLimit: u32 = 100_000;

/**
 * Resets a device and agrees with it on features: those of `wanted` that it offers, which must be
 * all of `required`. Returns 0 or a failure; queues and `startDevice` come next.
 */
export function negotiate(transport: Transport, wanted: u64, required: u64): u32 {
  if (transport.kind == mmioKind) {
    return agree(changetype<MmioTransport>(transport), wanted, required);
  }
  return agree(changetype<PciTransport>(transport), wanted, required);
}

/** The steps of 3.1.1 up to the features; 0 or a failure. */
function agree<Kind extends Transport>(transport: Kind, wanted: u64, required: u64): u32 {
  if (!reset(transport)) return failDevice(transport, resetFailure);
  transport.writeStatus(acknowledge);
  transport.writeStatus(acknowledge | driver);
  const offered = transport.offeredFeatures();
  const needed = required | version1;
  const features = offered & (wanted | needed);
  if ((features & needed) != needed) {
    const isOld = (offered & version1) == 0;
    return failDevice(transport, isOld ? legacyFailure : missingFeatureFailure);
  }
  transport.acceptFeatures(features);
  transport.writeStatus(acknowledge | driver | featuresOk);
  if ((transport.readStatus() & featuresOk) == 0) {
    return failDevice(transport, refusedFeaturesFailure);
  }
  transport.features = features;
  transport.failure = 0;
  return 0;
}

/**
 * Resets a device, unless its status says that nobody has touched it since it was reset (2.1): the
 * host has work with that.
 */
@inline
function reset<Kind extends Transport>(transport: Kind): bool {
  transport.features = 0;
  if (transport.readStatus() == 0) return true;
  transport.writeStatus(0);
  for (let poll: u32 = 0; transport.readStatus() != 0; poll++) {
    if (poll == resetPollLimit) return false;
    pause();
  }
  return true;
}

/** Tells the device that its driver is ready. */
export function startDevice(transport: Transport): void {
  writeStatus(transport, acknowledge | driver | featuresOk | driverOk);
}

/** Gives a device up for a reason, which it returns. */
export function failDevice(transport: Transport, failure: u32): u32 {
  writeStatus(transport, failed);
  transport.failure = failure;
  return failure;
}

/** Resets a device, after which it uses none of its rings and buffers; false when it does not. */
export function resetDevice(transport: Transport): bool {
  if (transport.kind == mmioKind) return reset(changetype<MmioTransport>(transport));
  return reset(changetype<PciTransport>(transport));
}

/** Whether the device says that it cannot go on (2.1.2). */
export function deviceNeedsReset(transport: Transport): bool {
  return (readStatus(transport) & needsReset) != 0;
}

/** Whether both sides agreed on a feature. */
@inline
export function hasFeature(transport: Transport, feature: u64): bool {
  return (transport.features & feature) != 0;
}
