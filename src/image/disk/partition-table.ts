import { crc32 } from "node:zlib";
import { sectorBytes } from "./boot-sector.ts";
import { guidBytes } from "./guid.ts";

/** A part of a disk, in sectors. */
export interface Partition {
  readonly type: keyof typeof partitionTypes;
  /** 16 bytes that no other partition has. */
  readonly identity: Uint8Array;
  readonly firstSector: number;
  readonly sectors: number;
  readonly name: string;
}

/** Kinds of partitions by their GUIDs (UEFI specification, 5.3.3; GRUB's for the BIOS). */
const partitionTypes = {
  efiSystem: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
  biosBoot: "21686148-6449-6e6f-744e-656564454649",
} as const;

const entryCount = 128;
const entryBytes = 128;
const headerBytes = 92;
const tableSectors = (entryCount * entryBytes) / sectorBytes;

/** Sectors in front of the first partition: the protective record, the header, the table. */
export const leadingSectors = 2 + tableSectors;

/** Sectors behind the last partition: the same table and header once more. */
export const trailingSectors = tableSectors + 1;

/** Writes both partition tables of a disk, and the protective one into its first sector. */
export function writePartitions(
  disk: Uint8Array,
  identity: Uint8Array,
  partitions: readonly Partition[],
): void {
  const lastSector = disk.length / sectorBytes - 1;
  const table = new Uint8Array(entryCount * entryBytes);
  partitions.forEach((partition, index) => {
    table.set(partitionEntry(partition), index * entryBytes);
  });
  const backupTable = lastSector - tableSectors;
  disk.set(table, 2 * sectorBytes);
  disk.set(table, backupTable * sectorBytes);
  const place = { identity, table, lastSector };
  disk.set(header(place, 1, lastSector, 2), sectorBytes);
  disk.set(header(place, lastSector, 1, backupTable), lastSector * sectorBytes);
  writeProtectiveRecord(new DataView(disk.buffer, disk.byteOffset), lastSector);
}

/** One partition over all of the disk, for programs that know no other table (5.2.3). */
function writeProtectiveRecord(view: DataView, lastSector: number): void {
  const at = 446;
  view.setUint32(at, 0x0002_0000, true);
  view.setUint32(at + 4, 0xffff_ffee, true);
  view.setUint32(at + 8, 1, true);
  view.setUint32(at + 12, Math.min(lastSector, 0xffff_ffff), true);
}

interface TablePlace {
  readonly identity: Uint8Array;
  readonly table: Uint8Array;
  readonly lastSector: number;
}

/** The header of one of the two tables (5.3.2). */
function header(place: TablePlace, own: number, other: number, table: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from("EFI PART", "latin1"));
  view.setUint32(8, 0x1_0000, true);
  view.setUint32(12, headerBytes, true);
  view.setBigUint64(24, BigInt(own), true);
  view.setBigUint64(32, BigInt(other), true);
  view.setBigUint64(40, BigInt(leadingSectors), true);
  view.setBigUint64(48, BigInt(place.lastSector - trailingSectors), true);
  bytes.set(place.identity, 56);
  view.setBigUint64(72, BigInt(table), true);
  view.setUint32(80, entryCount, true);
  view.setUint32(84, entryBytes, true);
  view.setUint32(88, crc32(place.table), true);
  view.setUint32(16, crc32(bytes), true);
  return bytes;
}

/** An entry of the table (5.3.3). */
function partitionEntry(partition: Partition): Uint8Array {
  const bytes = new Uint8Array(entryBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(guidBytes(partitionTypes[partition.type]));
  bytes.set(partition.identity, 16);
  view.setBigUint64(32, BigInt(partition.firstSector), true);
  view.setBigUint64(40, BigInt(partition.firstSector + partition.sectors - 1), true);
  bytes.set(Buffer.from(partition.name, "utf16le"), 56);
  return bytes;
}
