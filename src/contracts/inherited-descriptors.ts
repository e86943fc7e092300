/** Where a `linux` image keeps descriptors that it was handed (kernel/platform/linux). */

/** Their numbers from the boot on: the seal names them. */
export const inheritedDescriptors = {
  /** Taps in the order in which they were named, for images with their own network stack. */
  taps: [128, 129, 130],
  /** The file that is written what passes them. */
  trace: 131,
  /** The control channel's socket (control-channel.ts). */
  control: 132,
} as const;

/** Network cards of one kernel, at most: another interface is the loopback (kernel/net/link/interfaces.as.ts). */
export const networkCardLimit = 3;

/** The variable that names the control channel's descriptor to a `linux` image. */
export const controlVariable = "TSUKI_CONTROL";
