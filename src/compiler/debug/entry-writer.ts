import { ByteWriter } from "../bytes/writer.ts";
import { Form } from "./dwarf.table.ts";

/** An attribute of an entry that is to be written; texts and references in forms of their own. */
export interface OutputAttribute {
  readonly name: number;
  readonly form: number;
  readonly value: number | bigint | string | Uint8Array | OutputEntry;
}

/** An entry that is to be written, with those that it owns. */
export interface OutputEntry {
  readonly tag: number;
  readonly attributes: OutputAttribute[];
  readonly children: OutputEntry[];
}

/** The sections that `writeEntries` makes. */
export interface EntrySections {
  readonly info: Uint8Array;
  readonly abbreviations: Uint8Array;
  readonly texts: Uint8Array;
}

const version = 4;
const addressBytes = 8;

/** Writes compile units as `.debug_info`, `.debug_abbrev` and `.debug_str` of DWARF 4. */
export function writeEntries(units: readonly OutputEntry[]): EntrySections {
  const writer = new EntryWriter();
  for (const unit of units) writer.writeUnit(unit);
  return writer.finish();
}

class EntryWriter {
  private readonly info = new ByteWriter(65_536);
  private readonly abbreviations = new ByteWriter();
  private readonly abbreviationNumbers = new Map<string, number>();
  private readonly texts = new ByteWriter();
  private readonly textOffsets = new Map<string, number>();
  private readonly places = new Map<OutputEntry, number>();
  private readonly references: { readonly at: number; readonly to: OutputEntry }[] = [];

  writeUnit(root: OutputEntry): void {
    const { info } = this;
    const start = info.length;
    info.u32(0);
    info.u16(version);
    info.u32(0); // all units share their abbreviations
    info.u8(addressBytes);
    this.writeTree(root);
    info.patch32(start, info.length - start - 4);
  }

  finish(): EntrySections {
    // What is referred to may have been left out; 0 is no entry.
    for (const { at, to } of this.references) this.info.patch32(at, this.places.get(to) ?? 0);
    this.abbreviations.u8(0);
    return {
      info: this.info.toBytes(),
      abbreviations: this.abbreviations.toBytes(),
      texts: this.texts.toBytes(),
    };
  }

  /** Without recursion: entries may own one another thousandfold. */
  private writeTree(root: OutputEntry): void {
    const open = [{ children: [root], next: 0 }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const entry = top.children[top.next++];
      if (entry === undefined) {
        open.pop();
        if (open.length > 0) this.info.u8(0);
        continue;
      }
      this.writeEntry(entry);
      if (entry.children.length > 0) open.push({ children: entry.children, next: 0 });
    }
  }

  private writeEntry(entry: OutputEntry): void {
    this.places.set(entry, this.info.length);
    this.info.unsignedLeb(this.abbreviationOf(entry));
    for (const attribute of entry.attributes) this.writeValue(attribute);
  }

  private abbreviationOf({ attributes, children, tag }: OutputEntry): number {
    const hasChildren = children.length > 0 ? 1 : 0;
    const key = [tag, hasChildren, ...attributes.flatMap(({ name, form }) => [name, form])].join();
    const known = this.abbreviationNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.abbreviationNumbers.size + 1;
    this.abbreviationNumbers.set(key, number);
    const { abbreviations } = this;
    abbreviations.unsignedLeb(number);
    abbreviations.unsignedLeb(tag);
    abbreviations.u8(hasChildren);
    for (const { name, form } of attributes) {
      abbreviations.unsignedLeb(name);
      abbreviations.unsignedLeb(form);
    }
    abbreviations.u16(0);
    return number;
  }

  private writeValue({ form, value }: OutputAttribute): void {
    const { info } = this;
    if (typeof value === "string") info.u32(this.offsetOf(value));
    else if (value instanceof Uint8Array) {
      info.unsignedLeb(value.length);
      info.bytes(value);
    } else if (typeof value === "object") {
      this.references.push({ at: info.length, to: value });
      info.u32(0);
    } else if (form === Form.signed) info.signedLeb(value);
    else if (form === Form.unsigned) writeUnsigned(info, BigInt(value));
    else if (form === Form.address) info.u64(BigInt(value));
    else if (form !== Form.flagPresent) info.u32(Number(value));
  }

  private offsetOf(text: string): number {
    const known = this.textOffsets.get(text);
    if (known !== undefined) return known;
    const offset = this.texts.length;
    this.textOffsets.set(text, offset);
    this.texts.text(`${text}\0`);
    return offset;
  }
}

/** An unsigned LEB128 integer of any size. */
export function writeUnsigned(writer: ByteWriter, value: bigint): void {
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) writer.u8(Number(rest & 0x7fn) | 0x80);
  writer.u8(Number(rest));
}
