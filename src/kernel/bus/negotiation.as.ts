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
  transport.failure = transport.kind == mmioKind
    ? agree(changetype<MmioTransport>(transport), wanted, required)
    : agree(changetype<PciTransport>(transport), wanted, required);
  return transport.failure == 0 ? 0 : failDevice(transport, transport.failure);
}

/** The steps of 3.1.1 up to the features; 0 or a failure. */
function agree<Kind extends Transport>(transport: Kind, wanted: u64, required: u64): u32 {
  if (!reset(transport)) return resetFailure;
  transport.writeStatus(acknowledge);
  transport.writeStatus(acknowledge | driver);
  const offered = transport.offeredFeatures();
  const needed = required | version1;
  const features = offered & (wanted | needed);
  if ((features & needed) != needed) {
    return (offered & version1) == 0 ? legacyFailure : missingFeatureFailure;
  }
  transport.acceptFeatures(features);
  transport.writeStatus(acknowledge | driver | featuresOk);
  if ((transport.readStatus() & featuresOk) == 0) return refusedFeaturesFailure;
  transport.features = features;
  return 0;
}

function reset<Kind extends Transport>(transport: Kind): bool {
  transport.features = 0;
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
