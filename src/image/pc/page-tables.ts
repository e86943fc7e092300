import { appBase } from "../../contracts/machine-interface.ts";
import { kernelStaticsAddress, pageBytes } from "../layout/image-layout.ts";
import {
  imageTablesOffset,
  largePageBytes,
  pageTablesLength,
} from "../layout/page-tables-length.ts";

/** A part of the window that has rights of its own; addresses in whole pages. */
export interface ProtectedRange {
  readonly start: number;
  readonly end: number;
  /** What may be done with it; nothing: it is not mapped. */
  readonly rights: "execute" | "read" | "none";
}

/** What the tables of an image must say. */
export interface MappedImage {
  /** Where the tables lie. */
  readonly tables: number;
  /** The end of what the image occupies; the kernel maps the memory behind it. */
  readonly end: number;
  /** Everything else from 1 MiB on can be read and written. */
  readonly protectedRanges: readonly ProtectedRange[];
  /** The app's pages: where they lie, and where the app sees them. */
  readonly app: { readonly start: number; readonly offset: number; readonly length: number };
  /** The native stack's highest part: where it lies, and where the program sees it. */
  readonly stack: { readonly start: number; readonly address: number; readonly length: number };
}

const entryBytes = 8;
const directoryCount = 4;

/**
 * Where each table lies among the others: the kernel knows these places too, all but the last one
 * (src/kernel/platform/pc/page-tables.as.ts).
 */
const place = {
  root: 0,
  gigabytes: pageBytes,
  directories: 2 * pageBytes,
  appDirectory: 6 * pageBytes,
  appPages: 7 * pageBytes,
  stackPages: 8 * pageBytes,
  imagePages: imageTablesOffset,
} as const;

/** Intel SDM volume 3, tables 4-15 to 4-20. */
const present = 1n;
const writable = 2n;
const noExecute = 1n << 63n;

const rightsBits = { execute: present, read: present | noExecute } as const;
const readWrite = present | writable | noExecute;

/**
 * The page tables with which an image starts (Intel SDM volume 3, 4.5): itself, each page at its own
 * address with no more rights than it needs; the pages of the app that it
 * brings along; the upper part of the stack. Data rather than code: a loader copies it for nothing,
 * and code that runs once is dear where it has to be translated first.
 */
export function pageTables(image: MappedImage): Uint8Array {
  const bytes = new Uint8Array(pageTablesLength(image.end));
  const tables = new TableWriter(new DataView(bytes.buffer), image.tables);
  tables.link(place.root, 0, place.gigabytes);
  for (let index = 0; index < directoryCount; index++) {
    tables.link(place.gigabytes, index, place.directories + index * pageBytes);
  }
  tables.link(place.gigabytes, Number(appBase >> 30n), place.appDirectory);
  tables.link(place.appDirectory, 0, place.appPages);
  // The four directories of the window follow one another, as do the tables of the image.
  tables.link(
    place.directories,
    Math.floor(image.stack.address / largePageBytes),
    place.stackPages,
  );
  for (let start = 0; start < image.end; start += largePageBytes) {
    const index = start / largePageBytes;
    tables.link(place.directories, index, place.imagePages + index * pageBytes);
  }
  for (let address = kernelStaticsAddress; address < image.end; address += pageBytes) {
    tables.map(place.imagePages, address / pageBytes, address, rightsOf(image, address));
  }
  mapRun(tables, place.appPages, image.app.offset / pageBytes, image.app);
  const stackPage = (image.stack.address % largePageBytes) / pageBytes;
  mapRun(tables, place.stackPages, stackPage, image.stack);
  tables.withhold(place.stackPages, stackPage);
  return bytes;
}

const entriesPerTable = pageBytes / entryBytes;

/** Maps pages that lie together, as far as one table goes; the kernel maps the others when needed. */
function mapRun(
  tables: TableWriter,
  table: number,
  firstIndex: number,
  { start, length }: { readonly start: number; readonly length: number },
): void {
  for (let offset = 0; offset < length; offset += pageBytes) {
    const index = firstIndex + offset / pageBytes;
    if (index < entriesPerTable) tables.map(table, index, start + offset, readWrite);
  }
}

function rightsOf({ protectedRanges }: MappedImage, address: number): bigint {
  const found = protectedRanges.find(({ start, end }) => address >= start && address < end);
  if (found === undefined) return readWrite;
  return found.rights === "none" ? 0n : rightsBits[found.rights];
}

class TableWriter {
  readonly #view: DataView;
  readonly #address: number;

  constructor(view: DataView, address: number) {
    this.#view = view;
    this.#address = address;
  }

  /** Makes an entry point to another table. */
  link(table: number, index: number, target: number): void {
    this.map(table, index, this.#address + target, present | writable);
  }

  /** Takes an entry's first bit away: the kernel need only set it to have the page. */
  withhold(table: number, index: number): void {
    const at = table + index * entryBytes;
    this.#view.setBigUint64(at, this.#view.getBigUint64(at, true) & ~present, true);
  }

  /** Makes an entry point to a page; without rights, to nothing. */
  map(table: number, index: number, address: number, rights: bigint): void {
    const entry = rights === 0n ? 0n : BigInt(address) | rights;
    this.#view.setBigUint64(table + index * entryBytes, entry, true);
  }
}
