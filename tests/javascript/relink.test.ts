import { describe, expect, it } from "vitest";
import { splitModule } from "../../src/compiler/driver/split-module.ts";
import type { ObjectCache } from "../../src/contracts/build.ts";
import { frameOf, keepFrame, relink } from "../../src/image/relink.ts";
import { kernel, makeImage, makeProgram, smallBase } from "./programs.fixture.ts";

const kept = new Map<string, Uint8Array>();
const frames: ObjectCache = {
  read: (key) => kept.get(key),
  write: (key, frame) => {
    kept.set(key, frame);
  },
};

async function frameFor(source: string) {
  const { app } = await makeProgram(source);
  const request = { platform: "linux", kernel, app } as const;
  const frame = frameOf(request);
  if (frame === undefined) throw new Error("an engine with a program in it has a frame");
  return { app, request, frame };
}

describe("an image of a program that was edited", () => {
  it("is made in the frame of the one before, byte for byte as if it were linked", async () => {
    const first = await frameFor('export default "first";');
    expect(relink(first.frame, frames)).toBeUndefined();
    keepFrame(first.frame, await makeImage(first.app), frames);
    const second = await frameFor('export default ["second", "and a little longer than that"];');
    const image = relink(second.frame, frames);
    expect(image?.length).toBeGreaterThan(0);
    expect(Buffer.compare(image ?? new Uint8Array(0), await makeImage(second.app))).toBe(0);
  });

  it("has another frame when anything but the data is another", async () => {
    const { request, frame } = await frameFor("export default 1;");
    const others = [
      frameOf({ ...request, kernel: kernel.subarray(1) }),
      frameOf({ ...request, maximumPages: 512 }),
      frameOf({ ...request, defaults: { arguments: ["a"], environment: [] } }),
      frameOf({ ...request, embeddedTree: new Uint8Array(1) }),
    ];
    const keys = [frame, ...others].map((each) => each?.key);
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(keys.length);
    expect(frameOf({ ...request, platform: "pc" })).toBeUndefined();
  });
});

describe("a module is split from its data", () => {
  it("only if it has much code, and segments at constants", () => {
    expect(splitModule(smallBase)?.memory.bytes.length).toBeGreaterThan(65_536);
    expect(splitModule(kernel)).toBeUndefined();
  });

  it("or not at all, if it is malformed", () => {
    for (let length = 0; length < smallBase.length; length += 9973) {
      expect(splitModule(smallBase.subarray(0, length))).toBeUndefined();
    }
    let seed = 1;
    const lastSection = smallBase.length - (splitModule(smallBase)?.memory.bytes.length ?? 0);
    for (let round = 0; round < 50; round++) {
      const noisy = smallBase.slice();
      seed = (seed * 48_271) % 0x7fff_ffff;
      noisy[lastSection + (seed % 4096)] = seed & 0xff;
      const split = splitModule(noisy);
      if (split === undefined) continue;
      const { memory, initialPages } = split;
      expect(memory.address + memory.bytes.length).toBeLessThanOrEqual(initialPages * 65_536);
    }
  });
});
