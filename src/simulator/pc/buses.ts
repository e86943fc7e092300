/** Bytes that one access reads or writes. */
export type AccessWidth = 1 | 2 | 4;

/** A device on the x86 port bus; offsets count from its first port. */
export interface PortDevice {
  readonly firstPort: number;
  readonly portCount: number;
  readonly read: (offset: number, width: AccessWidth) => number;
  readonly write: (offset: number, value: number, width: AccessWidth) => void;
}

/** A device with registers in physical memory; offsets count from its first byte. */
export interface RegisterDevice {
  readonly base: bigint;
  readonly lengthBytes: number;
  readonly read: (offset: number, width: AccessWidth) => number;
  readonly write: (offset: number, value: number, width: AccessWidth) => void;
}

/** What a read gives where no device answers, as many bytes as are asked for. */
const floatingBus: Readonly<Record<AccessWidth, number>> = { 1: 0xff, 2: 0xffff, 4: -1 };

/** The `port` module over devices: ports of nobody read as all ones and swallow writes. */
export function portModule(devices: readonly PortDevice[]) {
  const find = (port: number): PortDevice | undefined =>
    devices.find(({ firstPort, portCount }) => port >= firstPort && port < firstPort + portCount);
  const read = (width: AccessWidth) => (port: number) => {
    const device = find(port);
    return device === undefined ? floatingBus[width] : device.read(port - device.firstPort, width);
  };
  const write = (width: AccessWidth) => (port: number, value: number) => {
    const device = find(port);
    device?.write(port - device.firstPort, value, width);
  };
  return {
    in8: read(1),
    in16: read(2),
    in32: read(4),
    out8: write(1),
    out16: write(2),
    out32: write(4),
  };
}

/** The `mmio` module over devices: addresses of nobody read as all ones and swallow writes. */
export function registerModule(devices: readonly RegisterDevice[]) {
  const find = (address: bigint): RegisterDevice | undefined =>
    devices.find(
      ({ base, lengthBytes }) => address >= base && address < base + BigInt(lengthBytes),
    );
  const read = (width: AccessWidth) => (signed: bigint) => {
    const address = BigInt.asUintN(64, signed);
    const device = find(address);
    if (device === undefined) return floatingBus[width];
    return device.read(Number(address - device.base), width);
  };
  const write = (width: AccessWidth) => (signed: bigint, value: number) => {
    const address = BigInt.asUintN(64, signed);
    const device = find(address);
    device?.write(Number(address - device.base), value >>> 0, width);
  };
  return {
    read8: read(1),
    read16: read(2),
    read32: read(4),
    write8: write(1),
    write16: write(2),
    write32: write(4),
  };
}
