/** Where a `linux` image keeps descriptors that it was handed (kernel/platform/linux/open-tap.as.ts). */

/** Their numbers from the boot on: the seal names them. */
export const inheritedDescriptors = {
  /** The tap, for images with their own network stack. */
  tap: 128,
  /** The file that is written what passes it. */
  trace: 129,
} as const;
