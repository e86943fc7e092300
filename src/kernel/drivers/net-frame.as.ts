// What is known of a network device, and what goes through it: Ethernet frames without their check
// sequence.

/** A frame to be sent has at most so many parts. */
export const transmitPartLimit: u32 = 20;

/** Bytes of an Ethernet header. */
export const ethernetHeaderBytes: u32 = 14;

/** Flag: the checksum of the bytes from `checksumStart` on is still to be put at its place. */
export const needsChecksum: u32 = 1;
/** Flag of a received frame: the device has checked the transport's checksum. */
export const checksumIsValid: u32 = 2;

/** Segmentation: the frame is sent as it is. */
export const notSegmented: u32 = 0;
/** Segmentation: TCP over IPv4, to be cut by the device. */
export const segmentedTcp4: u32 = 1;
/** Segmentation: TCP over IPv6, to be cut by the device. */
export const segmentedTcp6: u32 = 4;

/** A device; nothing here changes while it is in use but the counters. */
@unmanaged
export class NetDevice {
  /** The hardware address: its six bytes, first byte first, and two of zero; all zero for none. */
  address: u64;
  /** The longest payload of a frame, in bytes. */
  payloadLimit: u32;
  /** Whether the device fills in checksums of frames that are sent. */
  canChecksum: bool;
  /** Whether it cuts TCP over IPv4, and over IPv6, into segments. */
  canSegment4: bool;
  canSegment6: bool;
  /** How many frames were received and sent. */
  receivedCount: u64;
  sentCount: u64;
  /** And their bytes, as far as their user counts them. */
  receivedBytes: u64;
  sentBytes: u64;
  /** Received frames that were none, and so were dropped. */
  droppedCount: u32;
  /** How often the device broke the rules. */
  violations: u32;
}

/** Bytes of virtio's header before every frame (virtio 1.2, 5.1.6). */
export const netHeaderBytes: u32 = 12;

/**
 * A frame to be sent; the caller's while the device does not have it, and so are its parts. The
 * first twelve bytes are virtio's header, which the driver copies to before the first part: the
 * caller leaves it room there.
 */
@unmanaged
export class NetFrame {
  /** `needsChecksum` or 0. */
  flags: u8;
  segmentation: u8;
  /** With segmentation: bytes of all headers, and of a segment's payload. */
  headerBytes: u16;
  segmentBytes: u16;
  /** With `needsChecksum`: where it starts, and how far behind that its two bytes stand. */
  checksumStart: u16;
  checksumOffset: u16;
  reserved: u16;
  /** For the caller. */
  owner: u32;
  partCount: u32;
  /** The first of `transmitPartLimit` parts: pointer and length in bytes, u32 each. */
  firstPart: u64;
}

/** A frame that was received; it is the device's again when it is released. */
@unmanaged
export class ReceivedFrame {
  /** `needsChecksum` (the sender's machine is this one, and nothing can have changed) and such. */
  flags: u8;
  /** What the device has joined to one, else `notSegmented`. */
  segmentation: u8;
  segmentBytes: u16;
  lengthBytes: u32;
  /** Its bytes, all behind one another. */
  start: usize;
}

/** Where a part of a frame to be sent stands: its pointer, and its length 4 bytes behind. */
@inline
export function framePart(frame: NetFrame, index: u32): usize {
  return changetype<usize>(frame) + offsetof<NetFrame>("firstPart") + index * 8;
}

/**
 * Whether what a device says of segments that it has joined can be: it was asked to, checked them,
 * and says how long they were.
 */
export function isJoiningSound(frame: ReceivedFrame, isAskedTo: bool): bool {
  if (frame.segmentation == notSegmented) return true;
  const isKnown = frame.segmentation == segmentedTcp4 || frame.segmentation == segmentedTcp6;
  return isAskedTo && isKnown && frame.segmentBytes != 0 && (frame.flags & needsChecksum) != 0;
}
