import { pageBytes } from "./image-layout.ts";

/** What one table of pages maps, and one entry of a directory. */
export const largePageBytes = 2 << 20;

/** Where the tables of the image's own pages begin, behind the nine others (pc/page-tables.ts). */
export const imageTablesOffset = 9 * pageBytes;

/** Bytes of the page tables of a `pc` image that ends at an address. */
export function pageTablesLength(end: number): number {
  return imageTablesOffset + Math.ceil(end / largePageBytes) * pageBytes;
}
