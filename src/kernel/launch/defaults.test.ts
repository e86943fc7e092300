import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeImageDefaults, type ImageDefaults } from "../../contracts/image-defaults.ts";
import { LinuxProcess } from "../platform/linux/linux.fixture.ts";

const recordAddress = 0x13_8000;
const pointers = 1024;
const strings = 8192;

/** A list as the app is given it, by way of WASI. */
function list(instance: LinuxProcess, family: "args" | "environ"): string[] {
  expect(instance.call(`${family}_sizes_get`, 0, 4)).toBe(0);
  expect(instance.call(`${family}_get`, pointers, strings)).toBe(0);
  const view = instance.appView;
  const bytes = instance.machine.appMemory.bytes();
  const texts = Array.from({ length: view.getUint32(0, true) }, (_, index) => {
    const start = view.getUint32(pointers + 4 * index, true);
    return new TextDecoder().decode(bytes.slice(start, bytes.indexOf(0, start)));
  });
  expect(view.getUint32(4, true)).toBe(
    Buffer.byteLength(texts.map((text) => `${text}\0`).join("")),
  );
  return texts;
}

function boot(given: ImageDefaults, defaults: ImageDefaults): LinuxProcess {
  const config = { hasDefaults: 1, defaults: recordAddress };
  const instance = new LinuxProcess(given.arguments, given.environment, config);
  new Uint8Array(instance.memory.buffer).set(encodeImageDefaults(defaults), recordAddress);
  instance.boot();
  return instance;
}

const nameOf = (variable: string): string => variable.slice(0, variable.indexOf("="));

/** What the app must see. */
function expected(given: ImageDefaults, defaults: ImageDefaults): ImageDefaults {
  const { arguments: words, environment } = given;
  const names = new Set(environment.map(nameOf));
  return {
    arguments: words.length > 1 ? words : [...words, ...defaults.arguments.slice(words.length)],
    environment: [
      ...environment,
      ...defaults.environment.filter((text) => !names.has(nameOf(text))),
    ],
  };
}

const text = fc.string({ unit: fc.constantFrom("a", "b", "=", " ", "ü"), maxLength: 5 });
const name = fc.string({ unit: fc.constantFrom("A", "B"), minLength: 1, maxLength: 3 });
const variables = fc
  .uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, maxLength: 5 })
  .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`));
const launch: fc.Arbitrary<ImageDefaults> = fc.record({
  arguments: fc.array(text, { maxLength: 3 }),
  environment: variables,
});

describe("the image's own arguments and variables", () => {
  it("count where the instance is given none", () => {
    fc.assert(
      fc.property(launch, launch, (given, defaults) => {
        const instance = boot(given, defaults);
        expect({
          arguments: list(instance, "args"),
          environment: list(instance, "environ"),
        }).toEqual(expected(given, defaults));
      }),
      { numRuns: 200 },
    );
  });
});
