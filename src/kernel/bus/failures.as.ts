// Why a device is not used.
import { text } from "../base/text.as";

/** Failure: the device did not finish its reset. */
export const resetFailure: u32 = 1;
/** Failure: the device is older than virtio 1.0. */
export const legacyFailure: u32 = 2;
/** Failure: the device does not offer what the driver cannot do without. */
export const missingFeatureFailure: u32 = 3;
/** Failure: the device does not accept the features that it offered. */
export const refusedFeaturesFailure: u32 = 4;
/** Failure: the device has not the queues that its type must have. */
export const queueFailure: u32 = 5;
/** Failure: there is no memory for the device's rings and buffers. */
export const memoryFailure: u32 = 6;
/** Failure: the device's configuration makes no sense. */
export const configurationFailure: u32 = 7;
/** Failure: the device's registers lie where nothing can be mapped, or are not assigned. */
export const registersFailure: u32 = 8;

/** A failure in words. */
export function failureText(failure: u32): usize {
  if (failure == resetFailure) return text("it does not reset");
  if (failure == legacyFailure) return text("it is older than virtio 1.0");
  if (failure == missingFeatureFailure) return text("it lacks a feature that the driver needs");
  if (failure == refusedFeaturesFailure) return text("it refuses the features that it offered");
  if (failure == queueFailure) return text("it lacks a queue");
  if (failure == memoryFailure) return text("there is no memory for its buffers");
  if (failure == configurationFailure) return text("its configuration makes no sense");
  if (failure == registersFailure) return text("its registers cannot be reached");
  return text("nothing");
}
