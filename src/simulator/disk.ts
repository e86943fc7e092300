import type { SeededRandom } from "./random.ts";

/** Bytes of a sector: what a disk writes whole or not at all. */
export const sectorBytes = 512;

/**
 * A disk whose cache is lost with the power: writes are durable once they are flushed, and those that
 * are not may be there, or not, or in part, whole sectors at a time, when the power comes back.
 */
export class Disk {
  readonly sectorCount: number;
  private readonly durable: Uint8Array;
  /** What reads see. */
  private readonly current: Uint8Array;
  /** Writes since the last flush, in order: their sectors. */
  private readonly cached: { readonly sector: number; readonly bytes: Uint8Array }[] = [];

  constructor(sectorCount: number, contents?: Uint8Array) {
    this.sectorCount = sectorCount;
    this.durable = new Uint8Array(sectorCount * sectorBytes);
    if (contents !== undefined) this.durable.set(contents);
    this.current = this.durable.slice();
  }

  /** A copy of whole sectors. */
  read(sector: number, lengthBytes: number): Uint8Array {
    const start = sector * sectorBytes;
    return this.current.slice(start, start + lengthBytes);
  }

  /** Writes whole sectors, into the cache. */
  write(sector: number, bytes: Uint8Array): void {
    this.current.set(bytes, sector * sectorBytes);
    this.cached.push({ sector, bytes: bytes.slice() });
  }

  /** Makes everything durable. */
  flush(): void {
    this.durable.set(this.current);
    this.cached.length = 0;
  }

  /** The power fails: of each sector in the cache, any of its writes may be the last that is left. */
  cutPower(random: SeededRandom): void {
    for (const { sector, bytes } of this.cached) {
      for (let offset = 0; offset < bytes.length; offset += sectorBytes) {
        if (random.chance(0.5)) continue;
        const place = sector * sectorBytes + offset;
        this.durable.set(bytes.subarray(offset, offset + sectorBytes), place);
      }
    }
    this.cached.length = 0;
    this.current.set(this.durable);
  }
}
