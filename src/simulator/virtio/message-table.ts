import type { PciFunction } from "../pci/pci-function.ts";

/** Bytes of an entry: u64 address, u32 data, u32 control (PCI Local Bus 3.0, 6.8.2.6). */
const entryBytes = 16;
const dataPlace = 8;
const controlPlace = 12;
const entryMasked = 1;
const enabled = 0x8000;
const allMasked = 0x4000;

/** The capability of MSI-X with its table and its pending bits in one region. */
export function messageCapability(
  entries: number,
  region: number,
  tableOffset: number,
  pendingOffset: number,
): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x11);
  view.setUint16(2, entries - 1, true);
  view.setUint32(4, tableOffset | region, true);
  view.setUint32(8, pendingOffset | region, true);
  return bytes;
}

/** A function's messages: what it sends in place of interrupts, and what it holds back. */
export class MessageTable {
  /** Takes the write that a message is. */
  onMessage: (address: bigint, data: number) => void = () => undefined;
  private readonly pci: PciFunction;
  private readonly entries: DataView;
  private readonly pending = new Set<number>();

  constructor(pci: PciFunction, entries: number) {
    this.pci = pci;
    this.entries = new DataView(new ArrayBuffer(entries * entryBytes));
    for (let entry = 0; entry < entries; entry++) {
      this.entries.setUint32(entry * entryBytes + controlPlace, entryMasked, true);
    }
  }

  /** Whether the function sends messages at all. */
  get isEnabled(): boolean {
    return (this.pci.messageControl & enabled) !== 0;
  }

  /** How many messages the function may tell apart. */
  get entryCount(): number {
    return this.entries.byteLength / entryBytes;
  }

  read(offset: number): number {
    return offset + 4 <= this.entries.byteLength ? this.entries.getUint32(offset, true) : 0;
  }

  write(offset: number, value: number): void {
    if (offset + 4 > this.entries.byteLength) return;
    this.entries.setUint32(offset, value, true);
    const entry = Math.floor(offset / entryBytes);
    if (this.pending.delete(entry)) this.send(entry);
  }

  /** Sends a message, or notes that it is to be sent once nothing masks it. */
  send(entry: number): void {
    const place = entry * entryBytes;
    if (!this.isEnabled || entry >= this.entryCount) return;
    const isMasked = (this.read(place + controlPlace) & entryMasked) !== 0;
    if (isMasked || (this.pci.messageControl & allMasked) !== 0) this.pending.add(entry);
    else this.onMessage(this.entries.getBigUint64(place, true), this.read(place + dataPlace));
  }
}
