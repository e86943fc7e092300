import type { Host } from "./stack.fixture.ts";

const pageBytes = 4096;
const pageCount = 32;
const headerBytes = 12;

/** Bytes of a row. */
export const rowBytes = pageCount * pageBytes;

/** Memory of a device where frames come, and may be kept, as platform/links.as.ts has it. */
export class ReceiveRow {
  private readonly host: Host;
  private readonly start: number;
  /** Pages of frames that are kept, by their places. */
  private readonly kept = new Map<number, number>();
  private next = 0;

  constructor(host: Host, start: number) {
    this.host = host;
    this.start = start;
  }

  /** Has the host take a frame in, unless there is no room that nobody has kept. */
  receive(number: number, frame: Uint8Array): boolean {
    this.takeBack();
    const pages = Math.ceil((headerBytes + frame.length) / pageBytes);
    const place = this.room(pages);
    if (place === undefined) return false;
    this.host.bytes(place + headerBytes, frame.length).set(frame);
    this.host.call("offerToKeep", number, place, pages * pageBytes);
    const { now } = this.host;
    this.host.call("receivePacket", number, place + headerBytes, frame.length, 0, now);
    if (this.host.call("endOffer") === 1) {
      this.kept.set(place, pages);
      this.next = place - this.start + pages * pageBytes;
    }
    return true;
  }

  /** Has the oldest frame copied that is kept; false when there is none, or no memory. */
  moveOldest(): boolean {
    const [place] = this.kept.keys();
    const isMoved = place !== undefined && this.host.call("moveKept", place) === 1;
    this.takeBack();
    return isMoved;
  }

  private room(pages: number): number | undefined {
    if (this.next + pages * pageBytes > rowBytes) this.next = 0;
    const place = this.start + this.next;
    const end = place + pages * pageBytes;
    const isTaken = () =>
      [...this.kept].some(([at, count]) => at < end && place < at + count * pageBytes);
    while (isTaken()) {
      if (this.host.simulation.random.chance(0.2) || !this.moveOldest()) return undefined;
    }
    return place;
  }

  /** What nobody needs any more does not stay as it was. */
  private takeBack(): void {
    const take = () => this.host.call("takeReturned");
    for (let place = take(); place !== 0; place = take()) {
      const pages = this.kept.get(place);
      if (pages === undefined) throw new Error(`0x${place.toString(16)} was not kept`);
      this.kept.delete(place);
      this.host.bytes(place, pages * pageBytes).fill(0xdd);
    }
  }
}
