import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemoryLayout, PlacedSection } from "../../compiler/object/layout.ts";
import { sectionNames } from "../../compiler/object/object.ts";
import { appBase, configConstants } from "../../contracts/machine-interface.ts";
import { kernelStaticsAddress, type LayoutRequest, pageBytes } from "./image-layout.ts";
import { linuxLayout } from "./linux-layout.ts";
import { pcLayout } from "./pc-layout.ts";
import { solo5Layout } from "./solo5-layout.ts";

/** What chunks and the program's own measures define, not the layout. */
const definedElsewhere = new Set([
  "functionTable",
  "functionCount",
  "appKind",
  "opensSockets",
  "usesOwnStack",
  "findsDevices",
  "opensFiles",
  "canWait",
  "usesAcpi",
  "catchesStop",
  "resolvesNames",
  "hasDefaults",
  "embeddedTree",
  "embeddedTreeLength",
  "defaults",
]);
const definedByLinux = new Set([
  "signalEntry",
  "seccompFilter",
  "seccompFilterLength",
  "folderlessFilter",
  "folderlessFilterLength",
  "disksFilter",
  "disksFilterLength",
]);
const definedByPc = new Set<string>();

const layouts = {
  linux: { make: linuxLayout, others: definedByLinux },
  pc: { make: (request: LayoutRequest) => pcLayout(request), others: definedByPc },
  solo5: { make: solo5Layout, others: new Set<string>() },
};

const size = fc.nat({ max: 70_000 });
const request: fc.Arbitrary<LayoutRequest> = fc
  .record({ statics: size, staticsZero: size, app: size, appOffset: fc.nat({ max: 20 }) })
  .map(({ statics, staticsZero, app, appOffset }) => ({
    kernelStatics: { fileSize: statics, memorySize: statics + staticsZero },
    appImage: {
      memorySize: Math.ceil(app / pageBytes) * pageBytes,
      offset: appOffset * pageBytes,
    },
    appInitialPages: 3,
  }));

function place(layout: MemoryLayout, sizes: readonly number[]): PlacedSection[] {
  const placed: PlacedSection[] = [];
  sectionNames.forEach((name, index) => {
    const memorySize = sizes[index] ?? 0;
    const fileSize = name === "zero" ? 0 : memorySize;
    placed.push({ name, address: layout.sectionStart(name, placed), memorySize, fileSize });
  });
  return placed;
}

/** Memory without contents, but for guards. */
function usableMemory(layout: MemoryLayout, placed: readonly PlacedSection[]) {
  return layout.emptySegments(placed).filter(({ isGuard }) => isGuard !== true);
}

const page = (address: number) => Math.floor(address / pageBytes);

describe.each(Object.entries(layouts))("the %s layout", (_platform, { make, others }) => {
  const sizes = fc.tuple(size, size, size, size);

  it("gives different rights different pages, in ascending order", () => {
    fc.assert(
      fc.property(request, sizes, (wanted, lengths) => {
        const layout = make(wanted);
        const placed = place(layout, lengths);
        let end = kernelStaticsAddress + wanted.kernelStatics.memorySize;
        let writable = true;
        for (const { name, address, memorySize } of placed) {
          if (memorySize === 0) continue;
          const isWritable = name === "data" || name === "zero";
          expect(address).toBeGreaterThanOrEqual(end);
          if (!(isWritable && writable)) expect(page(address)).toBeGreaterThan(page(end - 1));
          end = address + memorySize;
          writable = isWritable;
        }
        for (const { address, memorySize } of usableMemory(layout, placed)) {
          expect(address % pageBytes).toBe(0);
          // A guard page at least.
          expect(page(address)).toBeGreaterThan(page(end - 1) + 1);
          end = address + memorySize;
        }
      }),
    );
  });

  it("keeps the stack within memory of its own, above a guard", () => {
    fc.assert(
      fc.property(request, sizes, (wanted, lengths) => {
        const layout = make(wanted);
        const placed = place(layout, lengths);
        const symbols = layout.symbols(placed);
        const stackLow = symbols.get("config.stackLow") ?? 0;
        const stackHigh = symbols.get("config.stackHigh") ?? 0;
        const heapStart = symbols.get("config.heapStart") ?? 0;
        const guard = stackLow - pageBytes;
        const ranges = [...placed, ...usableMemory(layout, placed)];
        for (const { address, memorySize } of ranges) {
          expect(address > guard || address + memorySize <= guard).toBe(true);
        }
        expect(stackHigh - stackLow).toBeGreaterThanOrEqual(64 * 1024);
        expect(heapStart >= stackHigh || heapStart < guard).toBe(true);
        expect(heapStart % pageBytes).toBe(0);
      }),
    );
  });

  it("defines every configuration constant that no chunk defines", () => {
    const layout = make({
      kernelStatics: { fileSize: 10, memorySize: 10 },
      appImage: { memorySize: 0, offset: 0 },
      appInitialPages: 1,
    });
    const symbols = layout.symbols(place(layout, [1, 1, 1, 1]));
    const missing = configConstants
      .filter((name) => !symbols.has(`config.${name}`))
      .filter((name) => !definedElsewhere.has(name));
    expect(new Set(missing)).toEqual(others);
  });
});

it("the solo5 layout has no room for an app of 2 GiB", () => {
  const layout = solo5Layout({
    kernelStatics: { fileSize: 10, memorySize: 10 },
    appImage: { memorySize: 0, offset: 0 },
    appInitialPages: 32_768,
  });
  expect(() => layout.symbols(place(layout, [1, 1, 1, 1]))).toThrow("more memory than the 2 GiB");
});

describe("the linux layout of an app's initial memory", () => {
  const layoutOf = (appInitialPages: number, memorySize: number) =>
    linuxLayout({
      kernelStatics: { fileSize: 10, memorySize: 10 },
      appImage: { memorySize, offset: memorySize === 0 ? 0 : 2 * pageBytes },
      appInitialPages,
    });
  const appRanges = (layout: MemoryLayout) =>
    layout
      .emptySegments(place(layout, [1, 1, 1, 1]))
      .filter(({ address }) => address >= Number(appBase))
      .map(({ address, memorySize }) => [address - Number(appBase), memorySize]);

  it.each([
    [
      "around an image",
      pageBytes,
      [
        [0, 0x2000],
        [0x3000, 0x2_d000],
      ],
    ],
    ["without an image", 0, [[0, 0x3_0000]]],
  ])("comes with the executable when it is small, %s", (_what, memorySize, expected) => {
    const layout = layoutOf(3, memorySize);
    expect(appRanges(layout)).toEqual(expected);
    const symbols = layout.symbols(place(layout, [1, 1, 1, 1]));
    expect(symbols.get("config.appImageOffset")).toBe(0);
    expect(symbols.get("config.appImageLength")).toBe(3 * 64 * 1024);
  });

  it("is left to the kernel to map when it is large, which can say that there is no room", () => {
    const layout = layoutOf(17, pageBytes);
    expect(appRanges(layout)).toEqual([]);
    const symbols = layout.symbols(place(layout, [1, 1, 1, 1]));
    expect(symbols.get("config.appImageOffset")).toBe(2 * pageBytes);
    expect(symbols.get("config.appImageLength")).toBe(pageBytes);
  });
});
