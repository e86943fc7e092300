/** Finds functions in an image without symbols, by the map that the kernel reads for backtraces. */
import { functionRecord } from "../../src/contracts/program-map.ts";
import { readElf } from "../../src/image/elf/reader.ts";

/** Address of a named function's first instruction; throws when the program map has no such name. */
export function functionAddress(image: Uint8Array, name: string): number {
  const { segments } = readElf(image);
  const text = segments.find(({ executable }) => executable);
  const encoded = Buffer.from(name, "utf8");
  const entry = Buffer.concat([Uint8Array.of(encoded.length & 0xff, encoded.length >> 8), encoded]);
  for (const { address, bytes, executable } of segments) {
    if (executable) continue;
    const found = Buffer.from(bytes).indexOf(entry);
    if (found < 0) continue;
    const code = codeNamed(bytes, address + found);
    if (code !== undefined && text !== undefined && isWithin(code, text)) return code;
  }
  throw new Error(`the image's program map does not name ${name}`);
}

/** The record (contracts/program-map.ts) that points to a name. */
function codeNamed(bytes: Uint8Array, nameAddress: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { nameOffset, codeOffset, sizeBytes } = functionRecord;
  for (let record = 0; record + sizeBytes <= bytes.length; record += 4) {
    if (view.getUint32(record + nameOffset, true) !== nameAddress) continue;
    return view.getUint32(record + codeOffset, true);
  }
  return undefined;
}

function isWithin(code: number, range: { address: number; memorySize: number }): boolean {
  return code >= range.address && code < range.address + range.memorySize;
}
