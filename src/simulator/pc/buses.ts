/** A device on the x86 port bus; offsets count from its first port. */
export interface PortDevice {
  readonly firstPort: number;
  readonly portCount: number;
  readonly read: (offset: number) => number;
  readonly write: (offset: number, value: number) => void;
}

/** A device with 32-bit registers in physical memory; offsets count from its first byte. */
export interface RegisterDevice {
  readonly base: bigint;
  readonly lengthBytes: number;
  readonly read: (offset: number) => number;
  readonly write: (offset: number, value: number) => void;
}

/** What a read gives where no device answers. */
const floatingBus = 0xff;

/** The `port` module over devices: ports of nobody read as all ones and swallow writes. */
export function portModule(devices: readonly PortDevice[]) {
  const find = (port: number): PortDevice | undefined =>
    devices.find(({ firstPort, portCount }) => port >= firstPort && port < firstPort + portCount);
  const read = (port: number): number => {
    const device = find(port);
    return device === undefined ? floatingBus : device.read(port - device.firstPort);
  };
  const write = (port: number, value: number): void => {
    const device = find(port);
    device?.write(port - device.firstPort, value);
  };
  return { in8: read, out8: write, out16: write, out32: write };
}

/** The `mmio` module over devices: addresses of nobody read as all ones and swallow writes. */
export function registerModule(devices: readonly RegisterDevice[]) {
  const find = (address: bigint): RegisterDevice | undefined =>
    devices.find(
      ({ base, lengthBytes }) => address >= base && address < base + BigInt(lengthBytes),
    );
  return {
    read32: (address: bigint): number => {
      const device = find(address);
      return device === undefined ? -1 : device.read(Number(address - device.base));
    },
    write32: (address: bigint, value: number): void => {
      const device = find(address);
      device?.write(Number(address - device.base), value >>> 0);
    },
  };
}
