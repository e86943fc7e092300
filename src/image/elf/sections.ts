import { elfSizes, sectionType } from "./format.ts";

/** A section of an executable file: bytes of its own, or a part of what is loaded. */
export interface ElfSection {
  readonly name: string;
  /** `sectionType`; `contents` by default. */
  readonly type?: number;
  /** Bits of `sectionFlags`. */
  readonly flags?: number;
  readonly bytes?: Uint8Array;
  readonly loaded?: { readonly address: number; readonly offset: number; readonly length: number };
  /** `sh_link`, `sh_info` and `sh_entsize`. */
  readonly link?: number;
  readonly info?: number;
  readonly entryBytes?: number;
}

const namesSection = ".shstrtab";

/**
 * The same file with sections behind its contents, and behind those the headers that lead to them
 * (System V ABI, chapter 4, "Sections"). The first gets number 1.
 */
export function appendSections(file: Uint8Array, given: readonly ElfSection[]): Uint8Array {
  const names = [...given.map(({ name }) => name), namesSection].map((name) => `${name}\0`);
  const nameBytes = new TextEncoder().encode(`\0${names.join("")}`);
  const strings = { name: namesSection, type: sectionType.strings, bytes: nameBytes };
  const sections: readonly ElfSection[] = [...given, strings];
  let end = file.length;
  const offsets = sections.map(({ bytes, loaded }) => {
    if (loaded !== undefined) return loaded.offset;
    const offset = alignTo8(end);
    end = offset + (bytes?.length ?? 0);
    return offset;
  });
  const headersAt = alignTo8(end);
  const grown = new Uint8Array(headersAt + (sections.length + 1) * elfSizes.section);
  grown.set(file);
  const view = new DataView(grown.buffer);
  let nameOffset = 1;
  sections.forEach((section, index) => {
    const offset = offsets[index] ?? 0;
    if (section.bytes !== undefined) grown.set(section.bytes, offset);
    const header = headersAt + (index + 1) * elfSizes.section;
    writeHeader(view, header, section, nameOffset, offset);
    nameOffset += names[index]?.length ?? 0;
  });
  view.setBigUint64(40, BigInt(headersAt), true);
  view.setUint16(60, sections.length + 1, true);
  view.setUint16(62, sections.length, true);
  return grown;
}

function alignTo8(value: number): number {
  return Math.ceil(value / 8) * 8;
}

function writeHeader(
  view: DataView,
  at: number,
  section: ElfSection,
  nameOffset: number,
  offset: number,
): void {
  const { bytes, entryBytes = 0, flags = 0, info = 0, link = 0, loaded } = section;
  view.setUint32(at, nameOffset, true);
  view.setUint32(at + 4, section.type ?? sectionType.contents, true);
  view.setBigUint64(at + 8, BigInt(flags), true);
  view.setBigUint64(at + 16, BigInt(loaded?.address ?? 0), true);
  view.setBigUint64(at + 24, BigInt(offset), true);
  view.setBigUint64(at + 32, BigInt(loaded?.length ?? bytes?.length ?? 0), true);
  view.setUint32(at + 40, link, true);
  view.setUint32(at + 44, info, true);
  view.setBigUint64(at + 48, 1n, true);
  view.setBigUint64(at + 56, BigInt(entryBytes), true);
}
