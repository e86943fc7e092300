/** One range of a memory map; type 1 is memory. */
export interface MemoryRange {
  readonly start: bigint;
  readonly lengthBytes: bigint;
  readonly type: number;
}

/** What a PVH monitor tells its guest. */
export interface StartInfo {
  readonly commandLine: string;
  readonly launchRecord: Uint8Array;
  readonly memoryMap: readonly MemoryRange[];
  /** Where ACPI's root pointer is. */
  readonly acpiPointer?: bigint;
}

/** Where the record is written: firmware's memory, outside what the map calls memory. */
export const startInfoAddress = 0xf_0000;

const moduleListAddress = startInfoAddress + 64;
const memoryMapAddress = startInfoAddress + 128;
const commandLineAddress = startInfoAddress + 0x1000;

/**
 * Writes a PVH start_info (Xen public/arch-x86/hvm/start_info.h) and what it points to; the launch
 * record goes to `launchAddress`.
 */
export function writeStartInfo(memory: Uint8Array, info: StartInfo, launchAddress: number): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const hasModule = info.launchRecord.length > 0;
  view.setUint32(startInfoAddress, 0x336e_c578, true);
  view.setUint32(startInfoAddress + 4, 1, true);
  view.setUint32(startInfoAddress + 12, Number(hasModule), true);
  view.setBigUint64(startInfoAddress + 16, BigInt(moduleListAddress), true);
  view.setBigUint64(startInfoAddress + 24, BigInt(commandLineAddress), true);
  view.setBigUint64(startInfoAddress + 32, info.acpiPointer ?? 0n, true);
  view.setBigUint64(startInfoAddress + 40, BigInt(memoryMapAddress), true);
  view.setUint32(startInfoAddress + 48, info.memoryMap.length, true);
  view.setBigUint64(moduleListAddress, BigInt(launchAddress), true);
  view.setBigUint64(moduleListAddress + 8, BigInt(info.launchRecord.length), true);
  info.memoryMap.forEach((range, index) => {
    const entry = memoryMapAddress + index * 24;
    view.setBigUint64(entry, range.start, true);
    view.setBigUint64(entry + 8, range.lengthBytes, true);
    view.setUint32(entry + 16, range.type, true);
  });
  memory.set(new TextEncoder().encode(`${info.commandLine}\0`), commandLineAddress);
  memory.set(info.launchRecord, launchAddress);
}
