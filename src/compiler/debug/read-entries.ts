import type { ByteReader } from "../bytes/reader.ts";
import { Attribute, Form } from "./dwarf.table.ts";
import { DwarfError } from "./dwarf-error.ts";
import { type DwarfSections, readFixed, readText } from "./dwarf-sections.ts";

/** What an attribute holds, by its class (DWARF 5, 7.5.5); indices are resolved already. */
export type AttributeValue =
  | { readonly kind: "address" | "sectionOffset"; readonly value: number }
  /** The offset of an entry in `.debug_info`. */
  | { readonly kind: "reference"; readonly value: number }
  | { readonly kind: "constant"; readonly value: bigint }
  | { readonly kind: "flag"; readonly value: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "block" | "expression"; readonly value: Uint8Array };

/** An entry of `.debug_info` and those that it owns. */
export interface Entry {
  readonly tag: number;
  /** Where it stands, as references name it. */
  readonly offset: number;
  readonly attributes: ReadonlyMap<number, AttributeValue>;
  readonly children: Entry[];
}

/** A compile unit. */
export interface CompileUnit {
  readonly version: number;
  readonly root: Entry;
  /** Where its addresses, and offsets of lists, count from. */
  readonly bases: UnitBases;
}

/** Offsets that version 5 counts indices from. */
export interface UnitBases {
  texts: number;
  addresses: number;
  rangeLists: number;
  locationLists: number;
}

interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly (readonly [name: number, form: number, constant: bigint])[];
}

interface UnitHeader {
  readonly start: number;
  readonly version: number;
  readonly bases: UnitBases;
}

const addressBytes = 4;
/** Of 32-bit DWARF, as everything for wasm32 is. */
const offsetBytes = 4;
const largestLength = 0xffff_fff0;
const compileUnitType = 1;
/** Entries of a module at most: more than any compiler writes, less than memory holds. */
const entryLimit = 5_000_000;

/** All compile units. Throws a `DwarfError` or `ReadError` for what is malformed. */
export function readUnits(sections: DwarfSections): CompileUnit[] {
  const units: CompileUnit[] = [];
  const size = sections.find("debug_info").length;
  let entries = 0;
  for (let start = 0; start < size; ) {
    const reader = sections.readerAt("debug_info", start);
    const length = readFixed(reader, offsetBytes);
    if (length >= largestLength || length > reader.remaining) {
      throw new DwarfError("unit too long", start);
    }
    const end = reader.offset + length;
    const unit = new UnitReader(sections, reader, start, end);
    const read = unit.read();
    entries += unit.entryCount;
    if (entries > entryLimit) throw new DwarfError("too many entries", start);
    if (read !== undefined) units.push(read);
    start = end;
  }
  return units;
}

class UnitReader {
  entryCount = 0;

  constructor(
    private readonly sections: DwarfSections,
    private readonly reader: ByteReader,
    private readonly start: number,
    private readonly end: number,
  ) {}

  read(): CompileUnit | undefined {
    const { reader, sections, start } = this;
    const version = readFixed(reader, 2);
    if (version < 2 || version > 5) throw new DwarfError(`version ${version}`, start);
    const type = version === 5 ? reader.u8() : compileUnitType;
    if (type !== compileUnitType) return undefined;
    const first = version === 5 ? reader.u8() : readFixed(reader, offsetBytes);
    const second = version === 5 ? readFixed(reader, offsetBytes) : reader.u8();
    const [size, table] = version === 5 ? [first, second] : [second, first];
    if (size !== addressBytes) throw new DwarfError(`addresses of ${size} bytes`, start);
    const abbreviations = readAbbreviations(sections.readerAt("debug_abbrev", table));
    // Without attributes of the unit, tables begin behind headers of 8 bytes.
    const bases = { texts: 8, addresses: 8, rangeLists: 12, locationLists: 12 };
    const header = { start, version, bases };
    const root = this.readTree(header, abbreviations);
    return root === undefined ? undefined : { version, root, bases };
  }

  private readTree(
    header: UnitHeader,
    abbreviations: ReadonlyMap<number, Abbreviation>,
  ): Entry | undefined {
    const { reader } = this;
    const open: Entry[] = [];
    while (reader.offset < this.end) {
      const offset = reader.offset;
      const code = reader.u32();
      if (code === 0) {
        if (open.length <= 1) return open[0];
        open.pop();
        continue;
      }
      const abbreviation = abbreviations.get(code);
      if (abbreviation === undefined) throw new DwarfError(`no abbreviation ${code}`, offset);
      const entry = this.readEntry(header, abbreviation, offset);
      open.at(-1)?.children.push(entry);
      if (abbreviation.hasChildren) open.push(entry);
      else if (open.length === 0) return entry;
    }
    return open[0];
  }

  private readEntry(header: UnitHeader, abbreviation: Abbreviation, offset: number): Entry {
    const attributes = new Map<number, AttributeValue>();
    const { sections, reader } = this;
    this.entryCount++;
    const isRoot = this.entryCount === 1;
    // The unit's own indices count from bases that may stand behind them.
    const late: (() => void)[] = [];
    for (const [name, form, constant] of abbreviation.attributes) {
      const value = readValue(sections, reader, header, form, constant);
      if (typeof value !== "function") attributes.set(name, value);
      else if (isRoot) late.push(() => void attributes.set(name, value()));
      else attributes.set(name, value());
    }
    if (isRoot) setBases(header.bases, attributes);
    for (const resolve of late) resolve();
    return { tag: abbreviation.tag, offset, attributes, children: [] };
  }
}

function setBases(bases: UnitBases, attributes: ReadonlyMap<number, AttributeValue>): void {
  const offset = (name: number, fallback: number) => {
    const value = attributes.get(name);
    return value?.kind === "sectionOffset" ? value.value : fallback;
  };
  bases.texts = offset(Attribute.stringOffsetsBase, bases.texts);
  bases.addresses = offset(Attribute.addressBase, bases.addresses);
  bases.rangeLists = offset(Attribute.rangeListsBase, bases.rangeLists);
  bases.locationLists = offset(Attribute.locationListsBase, bases.locationLists);
}

function readAbbreviations(reader: ByteReader): ReadonlyMap<number, Abbreviation> {
  const found = new Map<number, Abbreviation>();
  for (let code = reader.u32(); code !== 0; code = reader.u32()) {
    const tag = reader.u32();
    const hasChildren = reader.u8() !== 0;
    const attributes: [number, number, bigint][] = [];
    for (;;) {
      const name = reader.u32();
      const form = reader.u32();
      const constant = form === Form.implicitConstant ? readSigned(reader) : 0n;
      if (name === 0 && form === 0) break;
      attributes.push([name, form, constant]);
    }
    found.set(code, { tag, hasChildren, attributes });
  }
  return found;
}

function readSigned(reader: ByteReader): bigint {
  reader.s64();
  return (BigInt(reader.high) << 32n) | BigInt(reader.low >>> 0);
}

/** An unsigned LEB128 integer of up to 64 bits. */
function readUnsigned(reader: ByteReader): bigint {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = reader.u8();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
    if (shift > 63n) throw new DwarfError("integer too long", reader.offset);
  }
}

const blockSizes = new Map<number, number>([
  [Form.block1, 1],
  [Form.block2, 2],
  [Form.block4, 4],
]);
const dataSizes = new Map<number, number>([
  [Form.data1, 1],
  [Form.data2, 2],
  [Form.data4, 4],
]);
const referenceSizes = new Map<number, number>([
  [Form.reference1, 1],
  [Form.reference2, 2],
  [Form.reference4, 4],
  [Form.reference8, 8],
]);

/** The value of an attribute, or how to find it once the bases of the unit are known. */
function readValue(
  sections: DwarfSections,
  reader: ByteReader,
  header: UnitHeader,
  form: number,
  constant: bigint,
): AttributeValue | (() => AttributeValue) {
  const block = blockSizes.get(form);
  if (block !== undefined) {
    return { kind: "block", value: reader.take(readFixed(reader, block)) };
  }
  const data = dataSizes.get(form);
  if (data !== undefined) return dataValue(header, data, readFixed(reader, data));
  const reference = referenceSizes.get(form);
  if (reference !== undefined) {
    return { kind: "reference", value: header.start + readFixed(reader, reference) };
  }
  const indexed = readIndexed(sections, reader, header, form);
  if (indexed !== undefined) return indexed;
  switch (form) {
    case Form.address:
      return { kind: "address", value: readFixed(reader, addressBytes) };
    case Form.data8:
    case Form.typeSignature:
      reader.fixed64();
      return constantOf((BigInt(reader.high >>> 0) << 32n) | BigInt(reader.low >>> 0));
    case Form.data16:
      return { kind: "block", value: reader.take(16) };
    case Form.signed:
      return constantOf(readSigned(reader));
    case Form.unsigned:
      return constantOf(readUnsigned(reader));
    case Form.implicitConstant:
      return constantOf(constant);
    case Form.string:
      return { kind: "text", value: readText(reader) };
    case Form.stringOffset:
      return textIn(sections, "debug_str", readFixed(reader, offsetBytes));
    case Form.lineStringOffset:
      return textIn(sections, "debug_line_str", readFixed(reader, offsetBytes));
    case Form.block:
      return { kind: "block", value: reader.take(reader.u32()) };
    case Form.expression:
      return { kind: "expression", value: reader.take(reader.u32()) };
    case Form.flag:
      return { kind: "flag", value: reader.u8() !== 0 };
    case Form.flagPresent:
      return { kind: "flag", value: true };
    case Form.referenceAddress:
      return { kind: "reference", value: readFixed(reader, offsetBytes) };
    case Form.referenceUnsigned:
      return { kind: "reference", value: header.start + reader.u32() };
    case Form.sectionOffset:
      return { kind: "sectionOffset", value: readFixed(reader, offsetBytes) };
    default:
      throw new DwarfError(`unknown form ${form}`, reader.offset);
  }
}

/** Before version 4 offsets in sections were data (version 3, 7.5.4). */
function dataValue({ version }: UnitHeader, bytes: number, value: number): AttributeValue {
  return version < 4 && bytes === offsetBytes
    ? { kind: "sectionOffset", value }
    : constantOf(BigInt(value));
}

function constantOf(value: bigint): AttributeValue {
  return { kind: "constant", value };
}

function textIn(sections: DwarfSections, section: string, offset: number): AttributeValue {
  return { kind: "text", value: sections.text(section, offset) };
}

/** Forms that are indices into tables of version 5; undefined for others. */
function readIndexed(
  sections: DwarfSections,
  reader: ByteReader,
  { bases }: UnitHeader,
  form: number,
): (() => AttributeValue) | undefined {
  const entryAt = (section: string, base: number, index: number) =>
    readFixed(sections.readerAt(section, base + index * offsetBytes), offsetBytes);
  const isText = form === Form.stringIndex;
  if (isText || (form >= Form.stringIndex1 && form <= Form.stringIndex4)) {
    const index = isText ? reader.u32() : readFixed(reader, form - Form.stringIndex1 + 1);
    return () => textIn(sections, "debug_str", entryAt("debug_str_offsets", bases.texts, index));
  }
  const isAddress = form === Form.addressIndex;
  if (isAddress || (form >= Form.addressIndex1 && form <= Form.addressIndex4)) {
    const index = isAddress ? reader.u32() : readFixed(reader, form - Form.addressIndex1 + 1);
    return () => ({ kind: "address", value: entryAt("debug_addr", bases.addresses, index) });
  }
  if (form !== Form.rangeListIndex && form !== Form.locationListIndex) return undefined;
  const index = reader.u32();
  return () => {
    const isRange = form === Form.rangeListIndex;
    const section = isRange ? "debug_rnglists" : "debug_loclists";
    const base = isRange ? bases.rangeLists : bases.locationLists;
    return { kind: "sectionOffset", value: base + entryAt(section, base, index) };
  };
}
