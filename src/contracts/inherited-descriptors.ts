/** Where a `linux` image keeps descriptors that it was handed (kernel/platform/linux). */

/** Their numbers from the boot on: the seal names them. */
export const inheritedDescriptors = {
  /** The tap, for images with their own network stack. */
  tap: 128,
  /** The file that is written what passes it. */
  trace: 129,
  /** The control channel's socket (control-channel.ts). */
  control: 130,
} as const;

/** The variable that names the control channel's descriptor to a `linux` image. */
export const controlVariable = "TSUKI_CONTROL";
