import fc from "fast-check";
import { expect, it } from "vitest";
import { pageBytes } from "./layout/image-layout.ts";
import { fileSizeOfRuns, pageRuns } from "./page-runs.ts";

const start = 0x10_0000;

it("keeps every byte and leaves out pages of zeroes", () => {
  const places = fc.array(fc.nat(10 * pageBytes), { maxLength: 6 });
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 11 * pageBytes }), (nonZero, length) => {
      const contents = new Uint8Array(length);
      for (const place of nonZero) if (place < length) contents[place] = 7;
      const runs = pageRuns(start, contents, start + length);
      const memory = new Uint8Array(length);
      let next = start;
      for (const { address, bytes, memorySize } of runs) {
        expect(address).toBe(next);
        memory.set(bytes, address - start);
        next += memorySize;
      }
      expect(next).toBe(start + length);
      expect(Buffer.compare(memory, contents)).toBe(0);
      const pages = new Set(
        nonZero.filter((place) => place < length).map((place) => Math.floor(place / pageBytes)),
      );
      expect(fileSizeOfRuns(runs)).toBeLessThanOrEqual(pages.size * pageBytes);
    }),
  );
});
