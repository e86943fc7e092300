/** Times in nanoseconds (draft-ietf-opsawg-pcap, section 4). */
const nanosecondMagic = 0xa1b2_3c4d;
const snapshotBytes = 0x4_0000;
const ethernetLink = 1;
const second = 1_000_000_000n;

/** Frames as a file that Wireshark and tcpdump read (draft-ietf-opsawg-pcap). */
export class PcapWriter {
  private readonly parts: Uint8Array[] = [];
  private readonly startTime: bigint;

  /** `startTime` is the wall clock at time 0, in nanoseconds since 1970. */
  constructor(startTime = 0n) {
    this.startTime = startTime;
    const header = new DataView(new ArrayBuffer(24));
    header.setUint32(0, nanosecondMagic, true);
    header.setUint16(4, 2, true);
    header.setUint16(6, 4, true);
    header.setUint32(16, snapshotBytes, true);
    header.setUint32(20, ethernetLink, true);
    this.parts.push(new Uint8Array(header.buffer));
  }

  /** Adds a frame; `Ethernet.tap` may be this. */
  readonly write = (time: bigint, frame: Uint8Array): void => {
    const at = this.startTime + time;
    const header = new DataView(new ArrayBuffer(16));
    header.setUint32(0, Number(at / second), true);
    header.setUint32(4, Number(at % second), true);
    header.setUint32(8, frame.length, true);
    header.setUint32(12, frame.length, true);
    this.parts.push(new Uint8Array(header.buffer), frame.slice());
  };

  /** The file so far. */
  bytes(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}
