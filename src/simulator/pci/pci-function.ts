/** Where one memory region of a function lies (PCI Local Bus 3.0, 6.2.5.1). */
export interface RegionKind {
  /** A power of two, 16 at least. */
  readonly lengthBytes: number;
  readonly isWide: boolean;
}

/** What a function is. */
export interface FunctionKind {
  readonly vendor: number;
  readonly device: number;
  readonly subsystem?: number;
  /** Class and subclass, 16 bits. */
  readonly classCode: number;
  /** By the number of their base address register. */
  readonly regions: ReadonlyMap<number, RegionKind>;
  /** Each without its link to the next one. */
  readonly capabilities: readonly Uint8Array[];
}

const commandOffset = 0x04;
const statusOffset = 0x06;
const firstRegionOffset = 0x10;
const capabilitiesOffset = 0x34;
const firstCapability = 0x40;
const configurationBytes = 256;
const hasCapabilities = 0x10;
const decodeMemory = 2;
const wideRegion = 4;
const messageCapability = 0x11;
const messageControlBits = 0xc000;

/** One function's configuration space, with base address registers that can be sized and set. */
export class PciFunction {
  readonly kind: FunctionKind;
  readonly configuration = new DataView(new ArrayBuffer(configurationBytes));
  /** Where the capability of MSI-X stands; 0 without. */
  private readonly messagePlace: number;

  constructor(kind: FunctionKind) {
    this.kind = kind;
    const view = this.configuration;
    view.setUint16(0x00, kind.vendor, true);
    view.setUint16(0x02, kind.device, true);
    view.setUint16(0x0a, kind.classCode, true);
    view.setUint16(0x2e, kind.subsystem ?? 0, true);
    let place = firstCapability;
    let link = capabilitiesOffset;
    let messagePlace = 0;
    for (const capability of kind.capabilities) {
      view.setUint8(link, place);
      new Uint8Array(view.buffer).set(capability, place);
      link = place + 1;
      if (capability[0] === messageCapability) messagePlace = place;
      place += (capability.length + 3) & ~3;
    }
    this.messagePlace = messagePlace;
    if (kind.capabilities.length > 0) view.setUint16(statusOffset, hasCapabilities, true);
    for (const [index, { isWide }] of kind.regions) {
      view.setUint32(firstRegionOffset + index * 4, isWide ? wideRegion : 0, true);
    }
  }

  /** MSI-X's message control (PCI Local Bus 3.0, 6.8.2.3); 0 without. */
  get messageControl(): number {
    return this.messagePlace === 0 ? 0 : this.configuration.getUint16(this.messagePlace + 2, true);
  }

  /** Reads 32 bits. */
  read(offset: number): number {
    return this.configuration.getUint32(offset & 0xfc, true);
  }

  /** Writes 32 bits, of which only some can be changed. */
  write(offset: number, value: number): void {
    const place = offset & 0xfc;
    if (place === commandOffset) {
      this.configuration.setUint16(commandOffset, value & 0x407, true);
      return;
    }
    if (place === this.messagePlace) {
      const bits = (value >>> 16) & messageControlBits;
      const control = (this.messageControl & ~messageControlBits) | bits;
      this.configuration.setUint16(place + 2, control, true);
      return;
    }
    const index = (place - firstRegionOffset) / 4;
    const region = this.kind.regions.get(index);
    const below = this.kind.regions.get(index - 1);
    if (region !== undefined) {
      const flags = region.isWide ? wideRegion : 0;
      const address = (value & ~(region.lengthBytes - 1) & ~15) >>> 0;
      this.configuration.setUint32(place, address | flags, true);
    } else if (below?.isWide === true) this.configuration.setUint32(place, value, true);
  }

  /** Firmware puts a region at an address. */
  placeRegion(index: number, address: bigint): void {
    const place = firstRegionOffset + index * 4;
    this.write(place, Number(address & 0xffff_ffffn));
    this.write(place + 4, Number(address >> 32n));
  }

  /** Where a region begins; undefined while the function does not answer there. */
  regionAddress(index: number): bigint | undefined {
    const region = this.kind.regions.get(index);
    const command = this.configuration.getUint16(commandOffset, true);
    if (region === undefined || (command & decodeMemory) === 0) return undefined;
    const place = firstRegionOffset + index * 4;
    const low = BigInt(this.read(place) & ~15 & 0xffff_fff0);
    const high = region.isWide ? BigInt(this.read(place + 4)) : 0n;
    return BigInt.asUintN(32, low) | (high << 32n);
  }
}
