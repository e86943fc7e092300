import { describe, expect, it } from "vitest";
import { link } from "../compiler/driver/link.ts";
import type { Chunk } from "../compiler/object/object.ts";
import { noRelocations } from "../compiler/object/relocations.ts";
import { SymbolTable } from "../compiler/object/symbols.ts";
import { functionRecord } from "../contracts/program-map.ts";
import { pcLayout } from "./layout/pc-layout.ts";
import { makeProgramMap } from "./program-map.ts";

const symbols = new SymbolTable();

function code(symbol: string, size: number, frameBytes?: number, displayName?: string): Chunk {
  return {
    symbol: symbols.intern(symbol),
    section: "text",
    bytes: new Uint8Array(size),
    size,
    alignment: 16,
    relocations: noRelocations,
    ...(frameBytes === undefined ? {} : { frameBytes }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

describe("makeProgramMap", () => {
  it("holds each function's range, frame and name, in the order of addresses", () => {
    const chunks = [
      code("first", 5, 8, "größe"),
      code("table", 64),
      code("second", 40, 24),
      code("third", 7, 0, "größe"),
    ];
    const map = makeProgramMap(chunks, symbols);
    expect(map.functionCount).toBe(3);
    const layout = pcLayout({
      kernelStatics: { fileSize: 0, memorySize: 0 },
      appImage: { memorySize: 0, offset: 0 },
      appInitialPages: 0,
    });
    const program = link([...chunks, ...map.chunks], symbols, layout);
    const table = program.addressOf("config.functionTable");
    const segment = program.segments.find(({ executable }) => !executable);
    if (segment === undefined) throw new Error("no read-only segment");
    const view = new DataView(segment.bytes.buffer);
    const nameAt = (address: number): string => {
      const at = address - segment.address;
      const length = view.getUint16(at, true);
      return new TextDecoder().decode(segment.bytes.subarray(at + 2, at + 2 + length));
    };
    const records = Array.from({ length: map.functionCount }, (_, index) => {
      const at = table - segment.address + index * functionRecord.sizeBytes;
      const name = view.getUint32(at + functionRecord.nameOffset, true);
      return [
        view.getUint32(at + functionRecord.codeOffset, true),
        view.getUint32(at + functionRecord.endOffset, true),
        view.getUint32(at + functionRecord.frameOffset, true),
        name === 0 ? "" : nameAt(name),
      ];
    });
    const [first, second, third] = ["first", "second", "third"].map((name) =>
      program.addressOf(name),
    ) as [number, number, number];
    expect(records).toEqual([
      [first, first + 5, 8, "größe"],
      [second, second + 40, 24, ""],
      [third, third + 7, 0, "größe"],
    ]);
  });
});
