import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { packTree, type TreeFile } from "../../image/embedded-tree.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";

const place = 1024;
const result = 64;
const buffer = 16_384;
const room = 32_768;
const rootDescriptor = 3;
const readRights = 0x0fff_ffffn & ~0x40n & ~0x100n & ~0x40_0000n;

/** A kernel over a tree, called as an app would. */
class TreeCalls extends Calls {
  /** Behind the tree lies the launch record with its arguments. */
  constructor(embeddedTree: Uint8Array, programArguments: readonly string[] = []) {
    super({ embeddedTree, arguments: programArguments });
  }

  /** Opens a path below a descriptor: an error number and a descriptor. */
  open(path: string, directory = rootDescriptor): { error: number; descriptor: number } {
    this.put(place, path);
    const length = Buffer.byteLength(path);
    const error = Number(
      this.call("path_open", directory, 1, place, length, 0, readRights, readRights, 0, result),
    );
    return { error, descriptor: this.view.getUint32(result, true) };
  }

  private must(name: string, ...values: (number | bigint)[]): void {
    const error = this.call(name, ...values);
    if (error !== wasiErrors.success) throw new Error(`${name}: error ${String(error)}`);
  }

  /** Everything that a descriptor gives to be read. */
  read(descriptor: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (;;) {
      this.putVectors(place, [buffer, 7], [buffer + 7, room - 7]);
      this.must("fd_read", descriptor, place, 2, result);
      const length = this.view.getUint32(result, true);
      if (length === 0) return Buffer.concat(parts);
      parts.push(this.machine.appMemory.bytes().slice(buffer, buffer + length));
    }
  }

  /** The names in a directory, with a slash behind those of directories. */
  list(descriptor: number): string[] {
    const names: string[] = [];
    let cookie = 0n;
    for (;;) {
      this.must("fd_readdir", descriptor, buffer, 512, cookie, result);
      const end = buffer + this.view.getUint32(result, true);
      let count = 0;
      for (let entry = buffer; entry + 24 <= end; count++) {
        const length = this.view.getUint32(entry + 16, true);
        if (entry + 24 + length > end) break;
        cookie = this.view.getBigUint64(entry, true);
        names.push(
          this.text(entry + 24, length) + (this.view.getUint8(entry + 20) === 3 ? "/" : ""),
        );
        entry += 24 + length;
      }
      if (count === 0) return names.filter((name) => name !== "./" && name !== "../");
    }
  }
}

const name = fc
  .stringMatching(/^[a-zäö日._-][a-z0-9]{0,12}$/)
  .filter((word) => word !== "." && word !== "..");
const file = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/")),
  bytes: fc.uint8Array({ maxLength: 9000 }),
});

/** Files of which none lies below another. */
const files = fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 30 }).map((all) => {
  const paths = new Set(all.map(({ path }) => path));
  return all.filter(({ path }) => {
    const names = path.split("/");
    return !names.some((_, depth) => depth > 0 && paths.has(names.slice(0, depth).join("/")));
  });
});

describe("the embedded tree in the kernel", () => {
  it("gives every file back, and lists exactly what was packed", () => {
    fc.assert(
      fc.property(files, (packed) => {
        const calls = new TreeCalls(packTree(packed));
        for (const { path, bytes } of packed) {
          const { error, descriptor } = calls.open(path);
          expect(error).toBe(wasiErrors.success);
          expect(Buffer.compare(calls.read(descriptor), bytes)).toBe(0);
          calls.call("fd_close", descriptor);
        }
        expect(walk(calls, rootDescriptor, "").sort()).toEqual(
          packed.map(({ path }) => path).sort(),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("finds nothing that was not packed", () => {
    const calls = new TreeCalls(packTree([{ path: "d/f", bytes: Buffer.from("x") }], ["empty"]));
    expect(calls.open("e").error).toBe(wasiErrors.noent);
    expect(calls.open("d/f/g").error).toBe(wasiErrors.notdir);
    expect(calls.open("d/f/").error).toBe(wasiErrors.notdir);
    expect(calls.open("d/../../x").error).toBe(wasiErrors.notcapable);
    expect(calls.open("/d/f").error).toBe(wasiErrors.notcapable);
    expect(calls.open("").error).toBe(wasiErrors.noent);
    expect(calls.open("d\0f").error).toBe(wasiErrors.inval);
    expect(calls.list(calls.open("empty").descriptor)).toEqual([]);
  });

  it("carries the hash of contents", () => {
    const bytes = Buffer.from("contents");
    const tree = packTree([{ path: "f", bytes }]);
    const hash = new DataView(tree.buffer).getBigUint64(16 + 24 + 16, true);
    expect(hash).toBe(createHash("sha256").update(bytes).digest().readBigUInt64LE());
  });
});

/** Paths of all files below a directory. */
function walk(calls: TreeCalls, directory: number, prefix: string): string[] {
  return calls.list(directory).flatMap((entry) => {
    if (!entry.endsWith("/")) return [prefix + entry];
    const { descriptor } = calls.open(entry.slice(0, -1), directory);
    const found = walk(calls, descriptor, prefix + entry);
    calls.call("fd_close", descriptor);
    return found;
  });
}

/** A byte that is in no tree, and the character that it begins in UTF-8. */
const mark = 0xee;
const markText = "\ue000";

describe("a damaged tree", () => {
  it("misses files, and gives nothing that lies outside of it", () => {
    const packed: TreeFile[] = [
      { path: "a", bytes: Buffer.from("first") },
      { path: "d/b", bytes: new Uint8Array(400).fill(0x31) },
      { path: "d/e/c", bytes: Buffer.from("third") },
    ];
    const whole = packTree(packed, ["d/empty"]);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(damage, fc.nat(whole.length), (changes, cut) => {
        const tree = whole.slice(0, cut % 5 === 0 ? cut : whole.length);
        for (const [at, byte] of changes) if (at < tree.length) tree[at] = byte;
        const bytes = tree.includes(mark) ? [] : probe(tree, packed);
        expect(bytes.includes(mark)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

/** Everything that can be read of a tree which has marks behind it. */
function probe(tree: Uint8Array, packed: readonly TreeFile[]): number[] {
  const calls = new TreeCalls(tree, [markText.repeat(4000)]);
  const bytes: number[] = [];
  for (const { path } of packed) {
    const { error, descriptor } = calls.open(path);
    if (error !== wasiErrors.success) continue;
    calls.putVectors(place, [buffer, room]);
    const read = calls.call("fd_read", descriptor, place, 1, result);
    if (read === wasiErrors.success) {
      const end = buffer + calls.view.getUint32(result, true);
      bytes.push(...calls.machine.appMemory.bytes().subarray(buffer, end));
    }
    calls.call("fd_filestat_get", descriptor, buffer);
    calls.call("fd_close", descriptor);
  }
  for (const path of [".", "d", "d/e", "d/empty"]) {
    const { error, descriptor } = calls.open(path);
    if (error !== wasiErrors.success) continue;
    const listed = calls.call("fd_readdir", descriptor, buffer, room, 0n, result);
    if (listed === wasiErrors.success) {
      const end = buffer + calls.view.getUint32(result, true);
      bytes.push(...calls.machine.appMemory.bytes().subarray(buffer, end));
    }
    calls.call("fd_close", descriptor);
  }
  return bytes;
}
