import type { AccessWidth, PortDevice, RegisterDevice } from "../pc/buses.ts";
import type { PciFunction } from "./pci-function.ts";

const enabled = 0x8000_0000;
const nothing = 0xffff_ffff;

/** Functions by bus << 8 | device << 3 | function. */
export type PciFunctions = ReadonlyMap<number, PciFunction>;

/** Configuration space by ports 0xcf8 and 0xcfc (PCI Local Bus 3.0, 3.2.2.3.2). */
export class ConfigurationPorts implements PortDevice {
  readonly firstPort = 0xcf8;
  readonly portCount = 8;
  private readonly functions: PciFunctions;
  private address = 0;

  constructor(functions: PciFunctions) {
    this.functions = functions;
  }

  readonly read = (offset: number, width: AccessWidth): number => {
    if (width !== 4) return nothing;
    if (offset === 0) return this.address;
    return this.selected?.read(this.address) ?? nothing;
  };

  readonly write = (offset: number, value: number, width: AccessWidth): void => {
    if (width !== 4) return;
    if (offset === 0) this.address = (value & 0x80ff_fffc) >>> 0;
    else this.selected?.write(this.address, value);
  };

  private get selected(): PciFunction | undefined {
    if (this.address < enabled) return undefined;
    return this.functions.get((this.address >>> 8) & 0xffff);
  }
}

/** Memory-mapped configuration space (PCI Express Base 4.0, 7.2.2). */
export class ConfigurationMemory implements RegisterDevice {
  readonly base: bigint;
  readonly lengthBytes: number;
  private readonly functions: PciFunctions;

  constructor(functions: PciFunctions, base: bigint, buses: number) {
    this.functions = functions;
    this.base = base;
    this.lengthBytes = buses * 0x10_0000;
  }

  readonly read = (offset: number): number =>
    this.functions.get(offset >>> 12)?.read(offset & 0xfff) ?? nothing;

  readonly write = (offset: number, value: number): void =>
    this.functions.get(offset >>> 12)?.write(offset & 0xfff, value);
}
