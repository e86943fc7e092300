import { wasiErrors } from "../../../contracts/wasi-preview1.ts";
import { sectorBytes } from "../../../simulator/disk.ts";
import type { Simulation } from "../../../simulator/simulation.ts";
import type { BlockClient, BlockRequest } from "./block.fixture.ts";

/** Compares bytes: `toEqual` takes a millisecond for a sector. */
export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** What a sector must hold: the number of its last write, or unknown. */
type Model = (number | undefined)[];

/** Sectors of the disk that a workload uses. */
export const diskSectors = 48;

/** A sector that says which write it is of, all over. */
export function stamped(count: number, stamp: number): Uint8Array {
  const data = new Uint32Array((count * sectorBytes) / 4).fill(stamp);
  return new Uint8Array(data.buffer);
}

/** Submits random requests for sectors that no other request is about, and checks what comes back. */
export class Workload {
  readonly model: Model = new Array<number | undefined>(diskSectors).fill(0);
  durable: Model = [...this.model];
  private readonly simulation: Simulation;
  private readonly client: BlockClient;
  private readonly busy = new Set<number>();
  private readonly stamps = new Map<BlockRequest, number>();
  private stamp = 0;

  constructor(simulation: Simulation, client: BlockClient) {
    this.simulation = simulation;
    this.client = client;
  }

  submit(): void {
    const { random } = this.simulation;
    const operation = random.pick(["read", "read", "write", "write", "writeZeroes"] as const);
    const sectorCount = random.between(1, 4);
    const sector = random.below(diskSectors - sectorCount + 1);
    const range = Array.from({ length: sectorCount }, (_, index) => sector + index);
    if (range.some((one) => this.busy.has(one))) return;
    const parts = operation === "writeZeroes" ? [] : this.cut(sectorCount * sectorBytes);
    const stamp = operation === "write" ? ++this.stamp : 0;
    const data = operation === "write" ? stamped(sectorCount, stamp) : undefined;
    const request = { operation, sector, sectorCount, parts, ...(data && { data }) };
    const error = this.client.submit(request);
    if (error === wasiErrors.again || error === wasiErrors.io) return;
    if (error !== 0) throw new Error(`the driver refuses with ${error}`);
    for (const one of range) this.busy.add(one);
    this.stamps.set(request, stamp);
  }

  takeAll(): void {
    for (let done = this.client.take(); done !== undefined; done = this.client.take()) {
      const { request, error, data } = done;
      const { operation, sector = 0, sectorCount = 0 } = request;
      for (let index = 0; index < sectorCount; index++) {
        this.busy.delete(sector + index);
        if (operation !== "read") {
          const written = error === 0 ? this.stamps.get(request) : undefined;
          this.model[sector + index] = written;
          this.durable[sector + index] = undefined;
        } else if (error === 0) this.check(sector + index, data.subarray(index * sectorBytes));
      }
    }
  }

  /** Parts of any length that together have so many bytes. */
  private cut(length: number): number[] {
    const parts: number[] = [];
    let left = length;
    while (left > 0) {
      const isLast = parts.length + 1 === this.client.properties.partLimit;
      const part = isLast ? left : this.simulation.random.between(1, left);
      parts.push(part);
      left -= part;
    }
    return parts;
  }

  private check(sector: number, data: Uint8Array): void {
    const expected = this.model[sector];
    if (expected === undefined) return;
    if (isSame(data.subarray(0, sectorBytes), stamped(1, expected))) return;
    throw new Error(`sector ${sector} does not hold what was written last`);
  }
}
