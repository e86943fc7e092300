import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ElfFormatError } from "../elf/reader.ts";
import { writeElf } from "../elf/writer.ts";
import { diskFormats, diskImage } from "./disk-image.ts";
import { fatVolume } from "./fat-volume.ts";
import { qcow2 } from "./qcow2.ts";

const sectorBytes = 512;
const segment = {
  address: 0x10_0000,
  bytes: Uint8Array.of(0xf4, 0xeb, 0xfd),
  memorySize: 5000,
  writable: false,
  executable: true,
};
const place = { entry: 0x10_0000, segments: [segment], mappable: false };
const image = writeElf({ ...place, pvhEntry: 0x10_0000 });

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

describe("a disk for an image", () => {
  it.each(diskFormats)("is the same each time, as %s", (format) => {
    expect(Buffer.compare(diskImage(image, format), diskImage(image, format))).toBe(0);
  });

  it.each([
    ["no ELF file", Uint8Array.of(1, 2, 3)],
    ["without a PVH entry", writeElf(place)],
    ["below 1 MiB", writeElf({ ...place, segments: [{ ...segment, address: 0x9_0000 }] })],
    [
      "above 2 GiB",
      writeElf({
        ...place,
        pvhEntry: 1,
        segments: [{ ...segment, address: 0x8000_0000 }],
      }),
    ],
    ["without segments", writeElf({ ...place, pvhEntry: 1, segments: [] })],
  ])("is refused for a file %s", (_what, file) => {
    for (const format of diskFormats) {
      expect(() => diskImage(file, format)).toThrow(ElfFormatError);
    }
  });
});

describe("a raw disk", () => {
  const disk = diskImage(image, "raw");
  const view = viewOf(disk);
  const last = disk.length / sectorBytes - 1;
  const number = (at: number) => Number(view.getBigUint64(at, true));

  it("has a boot sector with a protective partition over all of it", () => {
    expect([...disk.subarray(510, 512)]).toEqual([0x55, 0xaa]);
    expect(disk[446 + 4]).toBe(0xee);
    expect(view.getUint32(446 + 12, true)).toBe(last);
  });

  it.each([
    ["first", 1, last],
    ["second", last, 1],
  ])("has its %s partition table whole and where the other one says", (_which, own, other) => {
    const at = own * sectorBytes;
    const header = disk.slice(at, at + 92);
    expect(Buffer.from(header.subarray(0, 8)).toString()).toBe("EFI PART");
    header.fill(0, 16, 20);
    expect(view.getUint32(at + 16, true)).toBe(crc32(header));
    expect([number(at + 24), number(at + 32)]).toEqual([own, other]);
    const table = number(at + 72) * sectorBytes;
    expect(view.getUint32(at + 88, true)).toBe(crc32(disk.subarray(table, table + 128 * 128)));
    const ranges = [0, 1].map((index) =>
      [32, 40].map((field) => number(table + index * 128 + field)),
    );
    const bounds = [number(at + 40), ...ranges.flat(), number(at + 48)];
    expect(bounds).toEqual([...bounds].sort((low, high) => low - high));
  });
});

/** Contents of the one file, as firmware finds it: folder by folder, cluster by cluster. */
function readFromFat(volume: Uint8Array): Uint8Array {
  const view = viewOf(volume);
  const clusterBytes = view.getUint8(13) * sectorBytes;
  const fat = view.getUint16(14, true) * sectorBytes;
  const root = fat + view.getUint8(16) * view.getUint16(22, true) * sectorBytes;
  const data = root + view.getUint16(17, true) * 32;
  const chain = (first: number): number[] => {
    const clusters: number[] = [];
    for (let at = first; at < 0xfff8; at = view.getUint16(fat + at * 2, true)) clusters.push(at);
    return clusters;
  };
  const offset = (cluster: number) => data + (cluster - 2) * clusterBytes;
  const find = (folder: number, name: string) => {
    for (let at = folder; view.getUint8(at) !== 0; at += 32) {
      const entry = Buffer.from(volume.subarray(at, at + 11)).toString("latin1");
      if (entry === name.padEnd(11)) return at;
    }
    throw new Error(`${name} is not there`);
  };
  const cluster = (entry: number) => view.getUint16(entry + 26, true);
  const efi = offset(cluster(find(root, "EFI")));
  const file = find(offset(cluster(find(efi, "BOOT"))), "BOOTX64 EFI");
  const parts = chain(cluster(file)).map((each) =>
    volume.subarray(offset(each), offset(each) + clusterBytes),
  );
  return Buffer.concat(parts).subarray(0, view.getUint32(file + 28, true));
}

describe("a FAT volume", () => {
  it.each([1, 512, 513, 3_000_000, 40 << 20])("holds a file of %d bytes in one piece", (length) => {
    const file = new Uint8Array(length).map((_, index) => index * 7 + (index >> 9));
    const { bytes, fileOffset } = fatVolume(file, 1);
    expect(Buffer.compare(readFromFat(bytes), file)).toBe(0);
    expect(Buffer.compare(bytes.subarray(fileOffset, fileOffset + length), file)).toBe(0);
    expect(fileOffset % 2048).toBe(0);
    const view = viewOf(bytes);
    const dataSectors =
      (view.getUint16(19, true) || view.getUint32(32, true)) -
      (view.getUint16(14, true) + 2 * view.getUint16(22, true) + 32);
    const clusters = dataSectors / view.getUint8(13);
    expect(clusters).toBeGreaterThanOrEqual(4085);
    expect(clusters).toBeLessThan(65_525);
  });
});

/** The disk in a QCOW2 file, through its two levels of tables. */
function readQcow2(file: Uint8Array): Uint8Array {
  const view = viewOf(file);
  const number = (at: number) => Number(view.getBigUint64(at) & 0x00ff_ffff_ffff_fe00n);
  const clusterBytes = 1 << view.getUint32(20);
  const disk = new Uint8Array(Number(view.getBigUint64(24)));
  const perTable = clusterBytes / 8;
  for (let at = 0; at < disk.length; at += clusterBytes) {
    const cluster = at / clusterBytes;
    const table = number(number(40) + Math.floor(cluster / perTable) * 8);
    const data = number(table + (cluster % perTable) * 8);
    const length = Math.min(clusterBytes, disk.length - at);
    if (data !== 0) disk.set(file.subarray(data, data + length), at);
  }
  return disk;
}

describe("a QCOW2 file", () => {
  const contents = fc.record({
    kibibytes: fc.integer({ min: 1, max: 12_000 }),
    pieces: fc.array(fc.tuple(fc.nat(11_999), fc.integer({ min: 1, max: 255 }))),
  });

  it("gives the disk back, and counts each of its clusters once", () => {
    fc.assert(
      fc.property(contents, ({ kibibytes, pieces }) => {
        const disk = new Uint8Array(kibibytes * 1024);
        for (const [at, byte] of pieces) disk[(at % kibibytes) * 1024] = byte;
        const file = qcow2(disk);
        expect(Buffer.compare(readQcow2(file), disk)).toBe(0);
        const view = viewOf(file);
        const counts = Number(view.getBigUint64(Number(view.getBigUint64(48))));
        const clusters = file.length / 4096;
        for (let cluster = 0; cluster < 2048; cluster++) {
          expect(view.getUint16(counts + cluster * 2)).toBe(cluster < clusters ? 1 : 0);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe("a disc", () => {
  const disc = diskImage(image, "iso");
  const view = viewOf(disc);
  const block = (number: number) => number * 2048;

  it("names its catalog, whose first entry adds up to 0", () => {
    const catalog = block(view.getUint32(block(17) + 0x47, true));
    const words = Array.from({ length: 16 }, (_, index) =>
      view.getUint16(catalog + index * 2, true),
    );
    expect(words.reduce((sum, word) => sum + word, 0) % 0x1_0000).toBe(0);
    const bios = block(view.getUint32(catalog + 40, true));
    expect([...disc.subarray(bios + 510, bios + 512)]).toEqual([0x55, 0xaa]);
    const uefi = block(view.getUint32(catalog + 104, true));
    const file = readFromFat(disc.subarray(uefi));
    expect(Buffer.from(file.subarray(0, 2)).toString()).toBe("MZ");
    expect(Buffer.from(file).includes(Buffer.from(image))).toBe(true);
  });

  it("is as long as it says, both ways round", () => {
    const blocks = disc.length / 2048;
    expect(view.getUint32(block(16) + 80, true)).toBe(blocks);
    expect(view.getUint32(block(16) + 84, false)).toBe(blocks);
  });
});
