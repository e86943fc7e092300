import type { LinkedProgram } from "../../compiler/driver/link.ts";
import type { Segment } from "../../compiler/object/layout.ts";
import { pcStack } from "../layout/pc-layout.ts";
import { descriptorTables } from "./descriptors.ts";
import { interruptAddresses } from "./interrupts.ts";
import { pageTables } from "./page-tables.ts";

/** Zeroes between contents that are worth a segment of their own. */
const worthwhileGap = 128;

/** The page tables and descriptors of a linked program, ready for the processor to use. */
export function machineTableSegments(program: LinkedProgram): Segment[] {
  const addressOf = (name: string) => program.addressOf(name);
  const tables = addressOf("config.pageTables");
  const stack = { ...pcStack, start: addressOf("pc.stack") };
  const faultStackLow = addressOf("pc.faultStackLow");
  const tableBytes = pageTables({
    tables,
    end: addressOf("config.heapStart"),
    protectedRanges: [
      range("execute", addressOf("config.textStart"), addressOf("config.textEnd")),
      range("read", addressOf("config.readOnlyStart"), addressOf("config.readOnlyEnd")),
      range("none", addressOf("pc.faultGuard"), faultStackLow),
      // The stack has its own place in the window; two names for it would be one too many.
      range("none", stack.start, stack.start + stack.length),
    ],
    app: {
      start: addressOf("config.appImageStart"),
      offset: addressOf("config.appImageOffset"),
      length: addressOf("config.appImageLength"),
    },
    stack,
  });
  const descriptors = addressOf("pc.descriptors");
  const descriptorBytes = descriptorTables({
    address: descriptors,
    faultStack: addressOf("config.faultStack"),
    interrupts: interruptAddresses(program),
  });
  return [...sparseSegments(descriptors, descriptorBytes), ...sparseSegments(tables, tableBytes)];
}

function range(rights: "execute" | "read" | "none", start: number, end: number) {
  return { rights, start, end };
}

/** Writable segments whose contents leave out long runs of zeroes. */
export function sparseSegments(address: number, bytes: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  while (start < bytes.length) {
    const contentsEnd = endOfContents(bytes, start);
    const end = endOfZeroes(bytes, contentsEnd);
    segments.push({
      address: address + start,
      bytes: bytes.subarray(start, contentsEnd),
      memorySize: end - start,
      writable: true,
      executable: false,
    });
    start = end;
  }
  return segments;
}

/** Where a run of zeroes begins that is worth leaving out, or that goes on to the end. */
function endOfContents(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; ) {
    const zeroesEnd = endOfZeroes(bytes, at);
    if (zeroesEnd - at >= worthwhileGap || zeroesEnd === bytes.length) return at;
    at = zeroesEnd + 1;
  }
  return bytes.length;
}

function endOfZeroes(bytes: Uint8Array, start: number): number {
  const zeroes = bytes.subarray(start).findIndex((byte) => byte !== 0);
  return zeroes < 0 ? bytes.length : start + zeroes;
}
