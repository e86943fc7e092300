/**
 * The note by which an image for `pc` tells monitors which devices it can use: an ELF note of owner
 * "Tsuki" and type 1, behind the one of PVH; its value is a 32-bit number. An image without it uses
 * serial ports only.
 */
export const deviceNote = { owner: "Tsuki", type: 1, headerBytes: 12 } as const;

/** Bits of the note's value. */
export const deviceNoteBits = {
  /**
   * A virtio console whose port 1 carries the control channel in place of COM2, and whose port 2 takes
   * standard output.
   */
  consolePorts: 1,
  /** A virtio network device. */
  network: 2,
  /** Virtio block devices, as disks. */
  disks: 4,
} as const;
