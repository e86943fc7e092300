/** A module as its sections, taken apart and put together again (WebAssembly 2.0, section 5.5). */
import { ByteReader } from "../../compiler/bytes/reader.ts";
import { ByteWriter } from "../../compiler/bytes/writer.ts";

/** Section numbers. */
export const sectionIds = {
  custom: 0,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** One section: its number and its content. */
export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

/** The order in which sections must stand; custom sections stand anywhere. */
const order = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
const headerBytes = 8;

/** Splits a valid module. */
export function splitSections(module: Uint8Array): Section[] {
  const reader = new ByteReader(module, headerBytes);
  const sections: Section[] = [];
  while (reader.remaining > 0) {
    const id = reader.u8();
    const length = reader.u32();
    sections.push({ id, content: module.subarray(reader.offset, reader.offset + length) });
    reader.offset += length;
  }
  return sections;
}

/** Joins sections to a module. */
export function joinSections(sections: readonly Section[]): Uint8Array {
  const length = sections.reduce((sum, { content }) => sum + content.length + 6, headerBytes);
  const writer = new ByteWriter(length);
  writer.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  for (const { id, content } of sections) {
    writer.u8(id);
    writer.unsignedLeb(content.length);
    writer.bytes(content);
  }
  return writer.toBytes();
}

/** The sections with one replaced, put where it belongs if there was none, or taken out. */
export function withSection(
  sections: readonly Section[],
  id: number,
  content: Uint8Array | undefined,
): Section[] {
  const others = sections.filter((section) => section.id !== id);
  if (content === undefined) return others;
  const rank = order.indexOf(id);
  const next = others.findIndex((section) => order.indexOf(section.id) > rank);
  const place = next < 0 ? lastKnown(others) + 1 : next;
  return [...others.slice(0, place), { id, content }, ...others.slice(place)];
}

/** The sections with a custom section of this name at their end, instead of the one they had. */
export function withCustomSection(
  sections: readonly Section[],
  name: string,
  content: Uint8Array,
): Section[] {
  const writer = new ByteWriter();
  writeName(writer, name);
  const prefix = writer.toBytes();
  const others = sections.filter(
    (section) =>
      section.id !== sectionIds.custom ||
      Buffer.compare(section.content.subarray(0, prefix.length), prefix) !== 0,
  );
  const whole = Buffer.concat([prefix, content]);
  return [...others, { id: sectionIds.custom, content: whole }];
}

/** Writes a name: its length in bytes and its UTF-8. */
export function writeName(writer: ByteWriter, name: string): void {
  const bytes = new TextEncoder().encode(name);
  writer.unsignedLeb(bytes.length);
  writer.bytes(bytes);
}

function lastKnown(sections: readonly Section[]): number {
  return sections.findLastIndex(({ id }) => id !== sectionIds.custom);
}
