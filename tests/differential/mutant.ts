/** Modules with something wrong in them: bytes changed anywhere, or in one section or one function. */
import { readdirSync, readFileSync } from "node:fs";
import { ByteReader } from "../../src/compiler/bytes/reader.ts";
import { ByteWriter } from "../../src/compiler/bytes/writer.ts";
import { decode } from "../../src/compiler/wasm/decode.ts";
import { InstructionReader } from "../../src/compiler/wasm/instruction-reader.ts";
import { immediateKinds, nameOfOpcode, signatureOf } from "../../src/compiler/wasm/opcodes.ts";
import { commandFromBinary, commandFromText } from "./command.ts";
import { Random } from "./stress/random.ts";

const headerBytes = 8;
const codeSection = 10;
const largestChange = 12;

/** Bytes that mean something in many places: limits of LEB128, types, opcodes of blocks and ends. */
const telling = [
  0, 1, 0x02, 0x05, 0x0b, 0x0e, 0x3f, 0x40, 0x41, 0x60, 0x70, 0x7b, 0x7f, 0x80, 0xff,
];

/** Integers that are too large for nearly everything, as LEB128. */
const extremes = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0x80, 0x80, 0x04],
  [0xff, 0xff, 0xff, 0xff, 0xff],
];

interface Section {
  readonly id: number;
  readonly contents: Uint8Array;
}

/** Valid commands to make mutants of: Binaryen's modules, and the hand-written ones with their harness. */
export function mutationSources(): readonly Uint8Array[] {
  const read = (folder: string, ending: string) =>
    readdirSync(new URL(folder, import.meta.url))
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => readFileSync(new URL(`${folder}${name}`, import.meta.url)));
  const texts = read("cases/", ".wat").map((text) => commandFromText(text.toString()).wasm);
  const binaries = read("batch/", ".wasm").map((bytes) => commandFromBinary(bytes).wasm);
  return [...texts, ...binaries];
}

/** A module made from one of some valid modules, the same for the same seed. */
export function mutant(modules: readonly Uint8Array[], seed: number): Uint8Array {
  const random = new Random(seed);
  let bytes = random.pick(modules);
  const donor = random.pick(modules);
  if (random.once(2)) return exchanged(bytes, random);
  const changes = 1 + random.below(3);
  for (let change = 0; change < changes; change++) {
    const sections = random.once(4) ? undefined : sectionsOf(bytes);
    bytes =
      sections === undefined || sections.length === 0
        ? altered(bytes, donor, random)
        : joined(alteredSections(sections, donor, random));
  }
  return bytes;
}

/** A module with instructions exchanged for others of the same immediates, and mostly the same types. */
function exchanged(bytes: Uint8Array, random: Random): Uint8Array {
  const module = decode(bytes);
  const bodies = module.functions.flatMap(({ body }, index) => (body === undefined ? [] : [index]));
  const reader = new InstructionReader(module, random.pick(bodies));
  const places: { readonly at: number; readonly opcode: number }[] = [];
  while (!reader.atEnd) {
    reader.next();
    if (reader.opcode < 0x100) places.push({ at: reader.offset, opcode: reader.opcode });
  }
  const mutated = Uint8Array.from(bytes);
  for (const { at, opcode } of random.list(places, 1, 4)) {
    const keepsTypes = !random.once(8);
    const choices = oneByteOpcodes.filter(
      (code) =>
        immediateKinds[code] === immediateKinds[opcode] &&
        (!keepsTypes || signatureText(code) === signatureText(opcode)),
    );
    mutated[at] = random.pick(choices);
  }
  return mutated;
}

const oneByteOpcodes = Array.from({ length: 0x100 }, (_, code) => code).filter(
  (code) => immediateKinds[code] !== undefined,
);

function signatureText(code: number): string {
  const name = nameOfOpcode(code);
  return JSON.stringify(name === undefined ? undefined : (signatureOf(name) ?? name));
}

function alteredSections(sections: Section[], donor: Uint8Array, random: Random): Section[] {
  const code = sections.findIndex(({ id }) => id === codeSection);
  if (code >= 0 && !random.once(3)) {
    const contents = alteredBody(sections[code]?.contents ?? donor, donor, random);
    return sections.with(code, { id: codeSection, contents });
  }
  const at = random.below(sections.length);
  const section = sections[at] ?? { id: 0, contents: donor };
  if (random.once(8)) return sections.toSpliced(at, 1);
  if (random.once(8)) return sections.toSpliced(random.below(sections.length), 0, section);
  return sections.with(at, { ...section, contents: altered(section.contents, donor, random) });
}

/** A code section with one body changed, its length right. */
function alteredBody(contents: Uint8Array, donor: Uint8Array, random: Random): Uint8Array {
  const reader = new ByteReader(contents);
  const bodies: Uint8Array[] = [];
  try {
    for (let left = reader.u32(); left > 0; left--) bodies.push(reader.take(reader.u32()));
  } catch {
    return altered(contents, donor, random);
  }
  const chosen = random.below(Math.max(1, bodies.length));
  const writer = new ByteWriter();
  writer.unsignedLeb(bodies.length);
  bodies.forEach((body, index) => {
    const written = index === chosen ? altered(body, donor, random) : body;
    writer.unsignedLeb(written.length);
    writer.bytes(written);
  });
  return writer.toBytes();
}

/** Bytes with a few of them changed, added, taken out, doubled, or taken from elsewhere. */
function altered(bytes: Uint8Array, donor: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(largestChange);
  const behind = bytes.subarray(at);
  const added = () => {
    const from = random.below(donor.length);
    return [
      [random.below(256)],
      [random.pick(telling)],
      random.pick(extremes),
      [...donor.subarray(from, from + length)],
      [...behind.subarray(0, length)],
    ];
  };
  const replaced = random.pick([0, 1, 1, 1, length]);
  const inserted = replaced === length && random.once(2) ? [] : random.pick(added());
  return Uint8Array.of(...bytes.subarray(0, at), ...inserted, ...behind.subarray(replaced));
}

/** The sections of a module, or undefined where they are not whole. */
function sectionsOf(bytes: Uint8Array): Section[] | undefined {
  const sections: Section[] = [];
  try {
    const reader = new ByteReader(bytes, headerBytes);
    while (reader.remaining > 0) {
      sections.push({ id: reader.u8(), contents: reader.take(reader.u32()) });
    }
  } catch {
    return undefined;
  }
  return sections;
}

function joined(sections: readonly Section[]): Uint8Array {
  const writer = new ByteWriter();
  writer.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  for (const { id, contents } of sections) {
    writer.u8(id);
    writer.unsignedLeb(contents.length);
    writer.bytes(contents);
  }
  return writer.toBytes();
}
