import { biosLoader } from "./bios-loader.ts";
import { emptyBootSector, sectorBytes } from "./boot-sector.ts";
import type { BootableElf } from "./bootable-elf.ts";
import { efiVolume } from "./efi-volume.ts";

const blockBytes = 2048;

/** What stands in which block; files follow. */
const block = { primary: 16, boot: 17, end: 18, pathLow: 19, pathHigh: 20, root: 21, catalog: 22 };
const firstFile = 23;

const platforms = { bios: 0, uefi: 0xef } as const;
const bootable = 0x88;
const finalSection = 0x91;

/** A file on the disc. */
interface DiscFile {
  readonly name: string;
  readonly block: number;
  readonly bytes: Uint8Array;
}

/**
 * A disc that a BIOS and UEFI firmware boot an image from (ECMA-119; the El Torito specification; UEFI
 * specification, 13.3.2.1): its two files are what either of them loads.
 */
export function iso(elf: BootableElf): Uint8Array {
  const volume = efiVolume(elf);
  // The BIOS's file has the same length wherever the image lies.
  const loaderAt = (firstBlock: number) => {
    const loader = biosLoader(elf, { blockBytes, firstBlock });
    return Buffer.concat([emptyBootSector(), loader]);
  };
  const efiBlock = firstFile + blocksOf(loaderAt(0));
  const bios = loaderAt(efiBlock + volume.imageOffset / blockBytes);
  const files: readonly DiscFile[] = [
    { name: "BIOS.IMG;1", block: firstFile, bytes: bios },
    { name: "UEFI.IMG;1", block: efiBlock, bytes: volume.bytes },
  ];
  const blocks = efiBlock + blocksOf(volume.bytes);
  const disc = new Uint8Array(blocks * blockBytes);
  const put = (at: number, bytes: Uint8Array) => disc.set(bytes, at * blockBytes);
  put(block.primary, primaryDescriptor(blocks));
  put(block.boot, bootDescriptor());
  put(block.end, descriptor(255));
  put(block.pathLow, pathTable(true));
  put(block.pathHigh, pathTable(false));
  put(block.root, rootFolder(files));
  put(block.catalog, bootCatalog(files));
  for (const file of files) put(file.block, file.bytes);
  return disc;
}

function blocksOf({ length }: Uint8Array): number {
  return Math.ceil(length / blockBytes);
}

/** A volume descriptor with nothing but its kind (ECMA-119, 8.1). */
function descriptor(kind: number): Uint8Array {
  const bytes = new Uint8Array(blockBytes);
  bytes[0] = kind;
  bytes.set(Buffer.from("CD001\u0001", "latin1"), 1);
  return bytes;
}

/** The primary volume descriptor (8.4). */
function primaryDescriptor(blocks: number): Uint8Array {
  const bytes = descriptor(1);
  const view = new DataView(bytes.buffer);
  bytes.fill(0x20, 8, 72);
  bytes.set(Buffer.from("TSUKI", "latin1"), 40);
  setBoth32(view, 80, blocks);
  setBoth16(view, 120, 1);
  setBoth16(view, 124, 1);
  setBoth16(view, 128, blockBytes);
  setBoth32(view, 132, pathTable(true).length);
  view.setUint32(140, block.pathLow, true);
  view.setUint32(148, block.pathHigh, false);
  bytes.set(folderEntry("\0", block.root, blockBytes, true), 156);
  bytes.fill(0x20, 190, 813);
  // Four dates that are not given (8.4.26.1).
  for (const at of [813, 830, 847, 864]) bytes.fill(0x30, at, at + 16);
  bytes[881] = 1;
  return bytes;
}

/** Where the boot catalog is (El Torito, 2.0). */
function bootDescriptor(): Uint8Array {
  const bytes = descriptor(0);
  bytes.set(Buffer.from("EL TORITO SPECIFICATION", "latin1"), 7);
  new DataView(bytes.buffer).setUint32(0x47, block.catalog, true);
  return bytes;
}

/** The root is the only folder (9.4). */
function pathTable(isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(10));
  view.setUint8(0, 1);
  view.setUint32(2, block.root, isLittle);
  view.setUint16(6, 1, isLittle);
  return new Uint8Array(view.buffer);
}

function rootFolder(files: readonly DiscFile[]): Uint8Array {
  const itself = ["\0", "\u0001"].map((name) => folderEntry(name, block.root, blockBytes, true));
  const entries = files.map(({ name, block: at, bytes }) =>
    folderEntry(name, at, bytes.length, false),
  );
  return Buffer.concat([...itself, ...entries]);
}

/** A directory record (9.1). */
function folderEntry(name: string, at: number, length: number, isFolder: boolean): Uint8Array {
  const entryLength = 33 + name.length + ((name.length + 1) % 2);
  const bytes = new Uint8Array(entryLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, entryLength);
  setBoth32(view, 2, at);
  setBoth32(view, 10, length);
  bytes.set([80, 1, 1], 18); // 1 January 1980
  view.setUint8(25, isFolder ? 2 : 0);
  setBoth16(view, 28, 1);
  view.setUint8(32, name.length);
  bytes.set(Buffer.from(name, "latin1"), 33);
  return bytes;
}

/** What firmware of either kind loads (El Torito, 2.1 to 2.4). */
function bootCatalog(files: readonly DiscFile[]): Uint8Array {
  const [bios, uefi] = files;
  const view = new DataView(new ArrayBuffer(128));
  view.setUint8(0, 1);
  view.setUint8(1, platforms.bios);
  view.setUint16(0x1e, 0xaa55, true);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += view.getUint16(at, true);
  view.setUint16(0x1c, -sum, true);
  writeBootEntry(view, 32, bios);
  view.setUint8(64, finalSection);
  view.setUint8(65, platforms.uefi);
  view.setUint16(66, 1, true);
  writeBootEntry(view, 96, uefi);
  return new Uint8Array(view.buffer);
}

/** An entry without emulation; a length that does not fit means: to the end of the disc. */
function writeBootEntry(view: DataView, at: number, file: DiscFile | undefined): void {
  const sectors = Math.ceil((file?.bytes.length ?? 0) / sectorBytes);
  view.setUint8(at, bootable);
  view.setUint16(at + 6, sectors > 0xffff ? 0 : sectors, true);
  view.setUint32(at + 8, file?.block ?? 0, true);
}

function setBoth32(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setUint32(at + 4, value, false);
}

function setBoth16(view: DataView, at: number, value: number): void {
  view.setUint16(at, value, true);
  view.setUint16(at + 2, value, false);
}
