import { sectorBytes } from "./boot-sector.ts";

/** A volume and where in it the contents of its file begin. */
export interface FatVolume {
  readonly bytes: Uint8Array;
  readonly fileOffset: number;
}

/** What any disk may be divided into: the unit in which contents are aligned. */
const alignedSectors = 4;
const rootEntries = 512;
const entryBytes = 32;
const rootSectors = (rootEntries * entryBytes) / sectorBytes;
const fatCopies = 2;
/** FAT16 has so many clusters, by definition (Microsoft's FAT specification, 3.5). */
const clusterLimits = { low: 4085, high: 65_524 } as const;
const firstCluster = 2;
/** Behind those of the two folders, and aligned whatever the size of a cluster. */
const fileCluster = 6;
const endOfChain = 0xffff;
const media = 0xf8;
const attributes = { folder: 0x10, file: 0x20 } as const;
/** 1 January 1980, the first day that FAT knows. */
const firstDate = 0x21;
/** Firmware that reads in large pieces finds something behind the file, too. */
const spareBytes = 64 * 1024;

/** A FAT16 volume with one file, /EFI/BOOT/BOOTX64.EFI, in one piece (UEFI specification, 3.5.1.1). */
export function fatVolume(file: Uint8Array, serialNumber: number): FatVolume {
  const clusterSectors = clusterSize(file.length + spareBytes);
  const clusterBytes = clusterSectors * sectorBytes;
  const used = fileCluster - firstCluster + Math.ceil((file.length + spareBytes) / clusterBytes);
  const clusters = Math.max(used, clusterLimits.low);
  const fatSectors = Math.ceil(((clusters + firstCluster) * 2) / sectorBytes);
  const tables = fatCopies * fatSectors + rootSectors;
  const reserved = alignedSectors - (tables % alignedSectors);
  const dataSector = reserved + tables;
  const bytes = new Uint8Array((dataSector + clusters * clusterSectors) * sectorBytes);
  const view = new DataView(bytes.buffer);
  writeParameters(view, { clusterSectors, reserved, fatSectors, serialNumber });
  const fileClusters = Math.ceil(file.length / clusterBytes);
  for (let copy = 0; copy < fatCopies; copy++) {
    writeChains(view, (reserved + copy * fatSectors) * sectorBytes, fileClusters);
  }
  const clusterOffset = (cluster: number) =>
    dataSector * sectorBytes + (cluster - firstCluster) * clusterBytes;
  const [efi, boot] = [firstCluster, firstCluster + 1];
  writeEntry(view, (reserved + fatCopies * fatSectors) * sectorBytes, "EFI", efi);
  writeFolder(view, clusterOffset(efi), efi, 0);
  writeEntry(view, clusterOffset(efi) + 2 * entryBytes, "BOOT", boot);
  writeFolder(view, clusterOffset(boot), boot, efi);
  const fileEntry = clusterOffset(boot) + 2 * entryBytes;
  writeEntry(view, fileEntry, "BOOTX64 EFI", fileCluster, file.length);
  bytes.set(file, clusterOffset(fileCluster));
  return { bytes, fileOffset: clusterOffset(fileCluster) };
}

function clusterSize(contentBytes: number): number {
  let sectors = 1;
  while (contentBytes / (sectors * sectorBytes) > clusterLimits.high - fileCluster) sectors *= 2;
  return sectors;
}

interface Parameters {
  readonly clusterSectors: number;
  readonly reserved: number;
  readonly fatSectors: number;
  readonly serialNumber: number;
}

/** The BIOS parameter block (FAT specification, 3.1 and 3.2). */
function writeParameters(view: DataView, parameters: Parameters): void {
  const totalSectors = view.byteLength / sectorBytes;
  const isSmall = totalSectors < 0x1_0000;
  [0xeb, 0x3c, 0x90].forEach((byte, index) => view.setUint8(index, byte));
  writeText(view, 3, "TSUKI   ");
  view.setUint16(11, sectorBytes, true);
  view.setUint8(13, parameters.clusterSectors);
  view.setUint16(14, parameters.reserved, true);
  view.setUint8(16, fatCopies);
  view.setUint16(17, rootEntries, true);
  view.setUint16(19, isSmall ? totalSectors : 0, true);
  view.setUint8(21, media);
  view.setUint16(22, parameters.fatSectors, true);
  view.setUint16(24, 32, true);
  view.setUint16(26, 64, true);
  view.setUint32(32, isSmall ? 0 : totalSectors, true);
  view.setUint8(36, 0x80);
  view.setUint8(38, 0x29);
  view.setUint32(39, parameters.serialNumber, true);
  writeText(view, 43, "TSUKI      FAT16   ");
  view.setUint16(510, 0xaa55, true);
}

/** One table: the two folders have a cluster each, the file those from its first one on. */
function writeChains(view: DataView, table: number, fileClusters: number): void {
  const link = (cluster: number, next: number) => view.setUint16(table + cluster * 2, next, true);
  link(0, 0xff00 | media);
  link(1, endOfChain);
  link(firstCluster, endOfChain);
  link(firstCluster + 1, endOfChain);
  for (let index = 0; index < fileClusters; index++) {
    const cluster = fileCluster + index;
    link(cluster, index === fileClusters - 1 ? endOfChain : cluster + 1);
  }
}

function writeFolder(view: DataView, at: number, self: number, parent: number): void {
  writeEntry(view, at, ".", self);
  writeEntry(view, at + entryBytes, "..", parent);
}

/** A folder's entry for a file, or without a size for a folder (FAT specification, 6). */
function writeEntry(
  view: DataView,
  at: number,
  name: string,
  cluster: number,
  fileBytes?: number,
): void {
  writeText(view, at, name.padEnd(11));
  view.setUint8(at + 11, fileBytes === undefined ? attributes.folder : attributes.file);
  for (const place of [16, 18, 24]) view.setUint16(at + place, firstDate, true);
  view.setUint16(at + 26, cluster, true);
  view.setUint32(at + 28, fileBytes ?? 0, true);
}

function writeText(view: DataView, at: number, text: string): void {
  [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
}
