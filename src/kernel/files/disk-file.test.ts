/** A disk as one file, on a virtio device of the simulator: against a model, faults and power cuts. */
import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { Disk, sectorBytes } from "../../simulator/disk.ts";
import { forSeeds } from "../../simulator/seeds.fixture.ts";
import { Simulation } from "../../simulator/simulation.ts";
import { DriverError } from "../../simulator/virtio/device-queue.ts";
import { noFaults, randomFaults } from "../../simulator/virtio/faults.ts";
import { type HostileAct, hostileActs } from "../../simulator/virtio/hostile-acts.ts";
import { DiskFile, transferLimit } from "./disk-file.fixture.ts";

const sectorCount = 1500;
const size = sectorCount * sectorBytes;

/** What a disk may hold: the bytes that reads must see, and of each sector what a power cut may leave. */
class Model {
  readonly bytes = new Uint8Array(size);
  /** Versions of sectors since the last sync, the synced one first. */
  readonly #versions = new Map<number, Uint8Array[]>();
  /** Sectors of which a write has failed: nobody knows them. */
  readonly #unknown = new Set<number>();

  write(offset: number, bytes: Uint8Array, hasFailed = false): void {
    const [first, end] = [
      Math.floor(offset / sectorBytes),
      Math.ceil((offset + bytes.length) / sectorBytes),
    ];
    for (let sector = first; sector < end; sector++) this.#keep(sector);
    this.bytes.set(bytes, offset);
    for (let sector = first; sector < end; sector++) {
      this.#keep(sector, true);
      const isWhole =
        sector * sectorBytes >= offset && (sector + 1) * sectorBytes <= offset + bytes.length;
      if (hasFailed) this.#unknown.add(sector);
      else if (isWhole) this.#unknown.delete(sector);
    }
  }

  sync(): void {
    this.#versions.clear();
  }

  /** Whether bytes are what a read from an offset on may see. */
  isRead(offset: number, bytes: Uint8Array): boolean {
    return bytes.every(
      (byte, index) =>
        byte === this.bytes[offset + index] ||
        this.#unknown.has(Math.floor((offset + index) / sectorBytes)),
    );
  }

  /** Whether a sector holds what may be left of it when the power comes back. */
  isLeft(sector: number, bytes: Uint8Array): boolean {
    if (this.#unknown.has(sector)) return true;
    const versions = this.#versions.get(sector) ?? [this.#sector(sector)];
    return versions.some((version) => Buffer.compare(version, bytes) === 0);
  }

  #keep(sector: number, isAlways = false): void {
    const versions = this.#versions.get(sector);
    if (versions === undefined) this.#versions.set(sector, [this.#sector(sector)]);
    else if (isAlways) versions.push(this.#sector(sector));
  }

  #sector(sector: number): Uint8Array {
    return this.bytes.slice(sector * sectorBytes, (sector + 1) * sectorBytes);
  }
}

/** Does something random to the file, and the same to the model. */
function act({ random }: Simulation, file: DiskFile, model: Model): void {
  const length = random.pick([
    random.between(1, 40),
    random.between(1, 3000),
    sectorBytes * random.between(1, 16),
    random.between(1, transferLimit),
  ]);
  // Often near where somebody was before, and at the end.
  const near = random.pick([0, 65_000, size - 5000, random.below(size)]);
  const offset = Math.min(near + random.below(4000), size - 1);
  const inside = Math.min(length, size - offset);
  if (random.chance(0.15)) {
    if (file.sync() === 0) model.sync();
  } else if (random.chance(0.5)) {
    const read = file.read(offset, length);
    if (typeof read === "number") return expect(read).toBe(wasiErrors.io);
    expect(read.length).toBeLessThanOrEqual(inside);
    expect(model.isRead(offset, read)).toBe(true);
  } else {
    const bytes = random.bytes(length);
    const written = file.write(offset, bytes);
    if (written >= 0) expect(written).toBe(inside);
    else expect(written).toBe(-wasiErrors.io);
    model.write(offset, bytes.subarray(0, inside), written < 0);
  }
}

describe("a disk as a file", () => {
  it("holds what was written, wherever it begins and ends", () => {
    forSeeds(10, (simulation) => {
      const { random } = simulation;
      const delayNs: [number, number] = [0, random.pick([0, 1000, 5_000_000])];
      const queueSize = 2 ** random.between(2, 6);
      const segmentBytesLimit = random.pick([512, 4096, 0x1_0000, 0x10_0000]);
      const options = { faults: { ...noFaults, delayNs }, queueSize, segmentBytesLimit };
      const memoryBytes = random.pick([0x20_0000, 0x40_0000, 0x100_0000]);
      const disk = new Disk(sectorCount);
      const file = new DiskFile(simulation, disk, options, memoryBytes);
      const model = new Model();
      for (let turn = 0; turn < 60; turn++) act(simulation, file, model);
      expect(Buffer.compare(disk.read(0, size), model.bytes)).toBe(0);
      expect(file.device.driverErrors).toEqual([]);
    });
  });

  it("keeps what was synced when the power fails, and of the rest whole sectors", () => {
    forSeeds(20, (simulation) => {
      const { random } = simulation;
      const disk = new Disk(sectorCount);
      const file = new DiskFile(simulation, disk);
      const model = new Model();
      for (let turn = random.between(1, 40); turn > 0; turn--) act(simulation, file, model);
      disk.cutPower(random);
      const sectors = Array.from({ length: sectorCount }, (_, sector) => sector);
      const isLost = (sector: number) => !model.isLeft(sector, disk.read(sector, sectorBytes));
      expect(sectors.filter(isLost)).toEqual([]);
      const again = new DiskFile(simulation, disk);
      expect(again.read(0, sectorBytes)).toEqual(disk.read(0, sectorBytes));
    });
  });

  it("says EIO where the device fails, and else tells the truth", () => {
    forSeeds(15, (simulation) => {
      const { random } = simulation;
      // A device that changes data cannot be told from one that does not.
      const faults = { ...randomFaults(random), corrupt: 0, duplicate: 0 };
      const disk = new Disk(sectorCount);
      const file = new DiskFile(simulation, disk);
      file.device.faults = faults;
      const model = new Model();
      for (let turn = 0; turn < 40; turn++) act(simulation, file, model);
      expect(file.device.driverErrors).toEqual([]);
    });
  });

  it("gives up on a device that never answers, and works on when it does", () => {
    const simulation = new Simulation(5);
    const file = new DiskFile(simulation, new Disk(sectorCount));
    file.device.faults = { ...noFaults, drop: 1 };
    const before = simulation.timeline.monotonicTime();
    expect(file.read(0, 100)).toBe(wasiErrors.io);
    expect(simulation.timeline.monotonicTime() - before).toBeGreaterThan(29_000_000_000n);
    file.device.faults = noFaults;
    expect(file.write(7, new Uint8Array(5000).fill(3))).toBe(5000);
    expect(file.read(5000, 9)).toEqual(Uint8Array.of(3, 3, 3, 3, 3, 3, 3, 0, 0));
  });

  it("survives whatever a hostile device does", () => {
    const acts: readonly HostileAct[] = Object.values(hostileActs);
    forSeeds(10, (simulation) => {
      const { random, timeline } = simulation;
      const file = new DiskFile(simulation, new Disk(sectorCount));
      const [queue] = file.device.queues;
      for (let turn = 0; turn < 15; turn++) {
        timeline.after(random.below(3_000_000), () => {
          try {
            if (queue?.isReady === true) random.pick(acts)(queue, file.view, random);
          } catch (error) {
            // The device stumbles over what it wrote itself.
            if (!(error instanceof DriverError)) throw error;
          }
        });
        const read = file.read(random.below(size), random.between(1, 9000));
        if (typeof read === "number") expect(read).toBe(wasiErrors.io);
        const written = file.write(random.below(size - 9000), random.bytes(random.below(9000)));
        if (written < 0) expect(written).toBe(-wasiErrors.io);
      }
    });
  });

  it("asks the device for little: what is near was read before", () => {
    const simulation = new Simulation(1);
    const file = new DiskFile(simulation, new Disk(sectorCount));
    const countOf = (work: () => void): number => {
      let requests = 0;
      const { device } = file;
      const notify = device.notify.bind(device);
      device.notify = (queue) => {
        requests++;
        notify(queue);
      };
      work();
      device.notify = notify;
      return requests;
    };
    const pieces = (work: (offset: number) => void) => () => {
      for (let offset = 0; offset < 0x1_0000; offset += 128) work(offset);
    };
    expect(countOf(pieces((offset) => file.read(offset, 128)))).toBeLessThan(4);
    expect(countOf(() => file.read(0x2_0000, 0x2_0000))).toBeLessThan(3);
    // Writes go out at once, each; sectors of which there are parts are read once.
    const writes = countOf(pieces((offset) => file.write(0x4_0000 + offset, new Uint8Array(128))));
    expect(writes).toBeLessThan(512 + 130);
  });
});
