import { expect, test } from "vitest";
import { writeElf } from "../../image/elf/writer.ts";
import { deviceBits } from "./device-note.ts";
import { forEditedFiles } from "./edited-files.fixture.ts";

const segment = {
  address: 0x10_0000,
  bytes: Uint8Array.of(0xf4),
  memorySize: 1,
  writable: false,
  executable: true,
};

function image(devices: number): Buffer {
  const entry = segment.address;
  const file = { entry, segments: [segment], mappable: false, pvhEntry: entry, devices };
  return Buffer.from(writeElf(file));
}

test.each([0, 1, 0xffff_ffff])(
  "the devices of an image are read as they were written: %d",
  (devices) => {
    expect(deviceBits(image(devices))).toBe(devices);
  },
);

test("a file that is no image has none", () => {
  expect(deviceBits(Buffer.alloc(4096))).toBe(0);
  expect(deviceBits(Buffer.from("#!/bin/sh\n"))).toBe(0);
});

test("whatever a file says, it is read within its bounds", () => {
  forEditedFiles(image(1), (file) => expect(deviceBits(file)).toBeTypeOf("number"));
});
