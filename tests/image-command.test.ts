/** `tsuki image`, as far as it goes without a machine; tests/boot boots what it makes. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyCommand } from "../src/toolchains/wasm/module.fixture.ts";
import { Workplace } from "./command-line.fixture.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  place.write("app.wasm", emptyCommand);
});
afterEach(() => place.remove());

describe("image", { timeout: 60_000 }, () => {
  test("makes a disk from a program, and from its image", async () => {
    const fromSource = await place.tsuki(["image", "-f", "qcow2", "app.wasm"]);
    expect(fromSource).toMatchObject({ status: 0, output: "" });
    expect(fromSource.errors).toMatch(/^tsuki: app\.qcow2: \d+ KiB, boots by BIOS and UEFI\n$/);
    await place.tsuki(["build", "-q", "-p", "pc", "app.wasm"]);
    const fromImage = await place.tsuki(["image", "-f", "iso", "-o", "disc", "app.elf"]);
    expect(fromImage.errors).toMatch(/^tsuki: disc: \d+ KiB, boots by BIOS and UEFI\n$/);
  });

  test("says in one line what it cannot put on a disk", async () => {
    await place.tsuki(["build", "-q", "-o", "app", "app.wasm"]);
    const cases = [
      [["image", "app"], 1, /^tsuki: app cannot be put on a disk: .* Build it with -p pc/],
      [["image", "-f", "floppy", "app.wasm"], 2, /^tsuki: no format named floppy; there are raw/],
      [["image", "-e", "A=1", "app"], 2, /^tsuki: an image is finished: /],
      [["image", "absent.c"], 1, /^tsuki: .*absent\.c/],
    ] as const;
    for (const [words, status, message] of cases) {
      const ending = await place.tsuki(words);
      expect(ending.errors).toMatch(message);
      expect(ending.errors.trim().split("\n")).toHaveLength(1);
      expect(ending.status).toBe(status);
    }
  });
});
