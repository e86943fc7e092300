import { ByteWriter } from "../bytes/writer.ts";
import type { AddressRange } from "./placed-functions.ts";

/** `.debug_ranges` (DWARF 4, 2.17.3), whose units begin at address 0. */
export class RangeSection {
  private readonly writer = new ByteWriter();

  /** Adds a list; returns its offset. */
  add(ranges: readonly AddressRange[]): number {
    const offset = this.writer.length;
    for (const range of ranges) writeRange(this.writer, range);
    writeRange(this.writer, { start: 0, end: 0 });
    return offset;
  }

  /** All lists. */
  finish(): Uint8Array {
    return this.writer.toBytes();
  }
}

/** Where something is while the code of a range runs. */
export interface LocatedRange extends AddressRange {
  readonly expression: Uint8Array;
}

/** `.debug_loc` (DWARF 4, 2.6.2), whose units begin at address 0. */
export class LocationSection {
  private readonly writer = new ByteWriter();

  /** Adds a list; returns its offset. */
  add(locations: readonly LocatedRange[]): number {
    const offset = this.writer.length;
    for (const located of locations) {
      writeRange(this.writer, located);
      this.writer.u16(located.expression.length);
      this.writer.bytes(located.expression);
    }
    writeRange(this.writer, { start: 0, end: 0 });
    return offset;
  }

  /** All lists. */
  finish(): Uint8Array {
    return this.writer.toBytes();
  }
}

function writeRange(writer: ByteWriter, { start, end }: AddressRange): void {
  writer.u64(BigInt(start));
  writer.u64(BigInt(end));
}
