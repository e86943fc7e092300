import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedTree as layout } from "../contracts/embedded-tree.ts";
import { packTree } from "./embedded-tree.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** The names in a tree, in the order of their entries. */
function namesOf(tree: Uint8Array): string[] {
  const view = new DataView(tree.buffer);
  return Array.from({ length: view.getUint32(8, true) }, (_, index) => {
    const entry = layout.headerBytes + index * layout.entryBytes;
    const start = view.getUint32(entry + layout.nameOffset, true);
    const length = view.getUint16(entry + layout.nameLengthOffset, true);
    return new TextDecoder().decode(tree.subarray(start, start + length));
  });
}

describe("the embedded tree", () => {
  it("is the same whatever the order of the files", () => {
    const files = ["b", "a/z", "a/y", "c/d/e"].map((path) => ({ path, bytes: text(path) }));
    expect(packTree(files.toReversed())).toEqual(packTree(files));
  });

  it("has each directory's entries together, in the order of their bytes", () => {
    const files = ["b/2", "b/1", "a", "Z", "ä"].map((path) => ({ path, bytes: text(path) }));
    expect(namesOf(packTree(files))).toEqual(["", "Z", "a", "b", "ä", "1", "2"]);
  });

  it("has equal contents once", () => {
    const bytes = new Uint8Array(10_000).fill(7);
    const one = packTree([{ path: "a", bytes }]);
    const two = packTree([
      { path: "a", bytes },
      { path: "b", bytes: bytes.slice() },
    ]);
    expect(two.length - one.length).toBeLessThan(100);
  });

  it("costs 24 bytes and its name for a file", () => {
    const empty = packTree([]);
    expect(empty).toHaveLength(layout.headerBytes + layout.entryBytes);
    expect(packTree([], ["name"])).toHaveLength(empty.length + layout.entryBytes + 4);
  });

  it.each([
    [
      [
        { path: "a", bytes: text("") },
        { path: "a", bytes: text("") },
      ],
      /cannot embed a: it is embedded twice/,
    ],
    [
      [
        { path: "a", bytes: text("") },
        { path: "a/b", bytes: text("") },
      ],
      /below a file/,
    ],
    [[{ path: "a/../b", bytes: text("") }], /is no path/],
    [[{ path: "n".repeat(256), bytes: text("") }], /too long a name/],
    [[{ path: "d/".repeat(200), bytes: text("") }], /too deep/],
    [[{ path: "/", bytes: text("") }], /no file's name/],
  ])("refuses what it cannot hold, row %#", (files, message) => {
    expect(() => packTree(files)).toThrow(message);
  });

  it("keeps every offset inside, and contents aligned", () => {
    const name = fc.stringMatching(/^[a-zäö.][a-z0-9]{0,8}$/).filter((word) => word !== ".");
    const file = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/")),
      bytes: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: ({ path }) => path }), (files) => {
        const paths = new Set(files.map(({ path }) => path));
        const isBelowFile = ({ path }: { path: string }): boolean =>
          path
            .split("/")
            .some((_, depth, all) => depth > 0 && paths.has(all.slice(0, depth).join("/")));
        const tree = packTree(files.filter((each) => !isBelowFile(each)));
        const view = new DataView(tree.buffer);
        expect(view.getUint32(12, true)).toBe(tree.length);
        for (let index = 0; index < view.getUint32(8, true); index++) {
          const entry = layout.headerBytes + index * layout.entryBytes;
          if (view.getUint8(entry + layout.typeOffset) !== layout.fileType) continue;
          const start = view.getUint32(entry + layout.startOffset, true);
          expect(start % layout.contentAlignment).toBe(0);
          expect(start + view.getUint32(entry + layout.lengthOffset, true)).toBeLessThanOrEqual(
            tree.length,
          );
        }
      }),
    );
  });
});
