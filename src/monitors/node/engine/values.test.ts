import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Room } from "./room.ts";
import { constants, Values } from "./values.ts";

function open(): { readonly room: Room; readonly values: Values } {
  const room = new Room();
  return { room, values: new Values(room, (length) => new ArrayBuffer(length)) };
}

describe("values in the kernel's hands", () => {
  it("are what they were", () => {
    const { values } = open();
    const plain = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(-0, 2 ** 31, -(2 ** 31), 2 ** 53, true, false, null, undefined),
      fc.string(),
      fc.bigInt(),
      fc.object(),
    );
    fc.assert(
      fc.property(plain, (value) => {
        const encoded = values.encode(value);
        expect(values.decode(encoded)).toBe(value);
        values.free(encoded);
      }),
    );
  });

  it("have the bits that QuickJS gives them", () => {
    const { values } = open();
    expect(values.encode(7)).toBe(7n);
    expect(values.encode(-1)).toBe(0xffff_ffffn);
    expect(values.encode(true)).toBe(0x1_0000_0001n);
    expect(values.encode(null)).toBe(constants.null);
    expect(values.encode(undefined)).toBe(constants.undefined);
    expect(values.encode({}) >> 32n).toBe(0xffff_ffffn);
    expect(values.encode("text") >> 32n).toBe(0xffff_fff9n);
    expect(values.encode(Number.NaN)).toBe(0xffff_fff6_0000_0000n);
  });

  it("last as long as somebody holds them", () => {
    const { values } = open();
    const object = {};
    const first = values.encode(object);
    expect(values.encode(object)).toBe(first);
    values.free(first);
    expect(values.decode(first)).toBe(object);
    values.free(first);
    expect(values.decode(first)).toBeUndefined();
  });

  it("share the bytes of buffers, whoever made them", () => {
    const { room, values } = open();
    const made = values.newBuffer(3) ?? 0n;
    room.bytes(values.bufferPlace(made)?.start ?? 0, 3).set([1, 2, 3]);
    expect(new Uint8Array(values.decode(made) as ArrayBuffer)).toEqual(Uint8Array.of(1, 2, 3));
    const own = Uint8Array.of(4, 5);
    const given = values.encode(own.buffer);
    own[0] = 6;
    const place = values.bufferPlace(given);
    expect(room.bytes(place?.start ?? 0, place?.length ?? 0)).toEqual(Uint8Array.of(6, 5));
    expect(values.bufferPlace(values.encode("text"))).toBeUndefined();
  });
});

describe("room in the app's memory", () => {
  it("is nobody else's until it is given back", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const room = new Room();
        const held: { readonly start: number; readonly length: number; readonly mark: number }[] =
          [];
        lengths.forEach((length, index) => {
          const start = room.allocate(length);
          room.bytes(start, length).fill(index + 1);
          held.push({ start, length, mark: index + 1 });
          if (index % 3 === 2) room.release(held.shift()?.start ?? 0);
        });
        for (const { start, length, mark } of held) {
          expect(room.bytes(start, length).every((byte) => byte === mark)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});
