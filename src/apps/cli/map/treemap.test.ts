import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { squarify } from "./treemap.ts";

const space = { x: 10, y: 20, width: 300, height: 200 };

describe("a treemap", () => {
  it("gives each size its share of the whole, inside of it, without overlaps", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sizes, (given) => {
        const sorted = given.toSorted((a, b) => b - a);
        const total = sorted.reduce((sum, size) => sum + size, 0);
        const rectangles = squarify(sorted, space);
        rectangles.forEach(({ x, y, width, height }, index) => {
          expect(width * height).toBeCloseTo(((sorted[index] ?? 0) / total) * 60_000, 3);
          expect(Math.min(x - 10, y - 20, 310 - x - width, 220 - y - height)).toBeGreaterThan(
            -1e-6,
          );
          for (const other of rectangles.slice(0, index)) {
            const across = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
            const down = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
            expect(Math.min(across, down)).toBeLessThan(1e-6);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it("makes equal sizes nearly square", () => {
    const ratios = squarify(
      Array.from({ length: 6 }, () => 1),
      space,
    ).map(({ width, height }) => Math.max(width / height, height / width));
    expect(Math.max(...ratios)).toBeLessThan(1.6);
  });

  it("has no place for nothing", () => {
    expect(squarify([], space)).toEqual([]);
  });
});
