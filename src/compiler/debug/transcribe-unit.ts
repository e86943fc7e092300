import { Attribute, Form, Tag } from "./dwarf.table.ts";
import type { DwarfSections } from "./dwarf-sections.ts";
import type { OutputAttribute, OutputEntry } from "./entry-writer.ts";
import {
  dataLocation,
  type ExpressionContext,
  localOf,
  parseExpression,
  translateFrameBase,
  translateLocation,
} from "./expressions.ts";
import type { LineSection } from "./line-section.ts";
import type { LineTable } from "./line-table.ts";
import type { LocatedRange, LocationSection, RangeSection } from "./list-sections.ts";
import { placesOfLocal } from "./local-places.ts";
import { ExpressionOperation } from "./operations.table.ts";
import type { PlacedFunction, PlacedFunctions } from "./placed-functions.ts";
import type { AttributeValue, CompileUnit, Entry } from "./read-entries.ts";
import { type ListedRange, readList } from "./read-lists.ts";

/** What the units of a module are transcribed into, and what they refer to. */
export interface Transcription {
  readonly sections: DwarfSections;
  readonly functions: PlacedFunctions;
  readonly context: ExpressionContext;
  readonly lines: LineSection;
  readonly ranges: RangeSection;
  readonly locations: LocationSection;
  /** Entries by their offsets in the module's `.debug_info`. */
  readonly known: Map<number, OutputEntry>;
}

/** Entries that tell of calls, by addresses that have no counterpart. */
const droppedTags = new Set<number>([
  Tag.callSite,
  Tag.callSiteParameter,
  Tag.callSiteGnu,
  Tag.callSiteParameterGnu,
]);

/** Attributes that speak of addresses and sections: they are made anew, or are of no use. */
const droppedAttributes = new Set<number>([
  Attribute.sibling,
  Attribute.statements,
  Attribute.lowAddress,
  Attribute.highAddress,
  Attribute.macroInformation,
  Attribute.entryAddress,
  Attribute.ranges,
  Attribute.stringOffsetsBase,
  Attribute.addressBase,
  Attribute.rangeListsBase,
  Attribute.macros,
  Attribute.locationListsBase,
]);

const pointerTags = new Set<number>([Tag.pointerType, Tag.referenceType, Tag.rvalueReferenceType]);
/** Bytes of a pointer in the app's memory, which are not those of an address. */
const pointerBytes = 4n;

/** Types whose place gdb takes from their data location: it knows that of no others. */
const aggregateTags = new Set<number>([
  Tag.arrayType,
  Tag.classType,
  Tag.structureType,
  Tag.unionType,
]);

/** A compile unit of a module as one of native code; references to entries are filled in later. */
export function transcribeUnit(
  unit: CompileUnit,
  lines: LineTable | undefined,
  transcription: Transcription,
): OutputEntry {
  return new UnitTranscriber(unit, lines, transcription).run();
}

class UnitTranscriber {
  private readonly placed: PlacedFunction[] = [];
  /** Functions with a frame base, from which variables count. */
  private readonly framed = new Set<PlacedFunction>();
  private readonly base: number;

  constructor(
    private readonly unit: CompileUnit,
    private readonly lines: LineTable | undefined,
    private readonly to: Transcription,
  ) {
    this.base = addressOf(unit.root.attributes.get(Attribute.lowAddress)) ?? 0;
  }

  run(): OutputEntry {
    const { lines, placed, to, unit } = this;
    const root = this.entry(unit.root, undefined);
    const open = [{ from: unit.root, into: root, fn: undefined as PlacedFunction | undefined }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const child of next.from.children) {
        if (droppedTags.has(child.tag)) continue;
        const fn = child.tag === Tag.subprogram ? this.functionOf(child) : next.fn;
        const made = this.entry(child, fn);
        next.into.children.push(made);
        open.push({ from: child, into: made, fn });
      }
    }
    root.attributes.push({ name: Attribute.lowAddress, form: Form.address, value: 0 });
    root.attributes.push(this.rangesAttribute(placed.map(wholeRange)));
    if (lines !== undefined) {
      const value = to.lines.add(placed, lines);
      root.attributes.push({ name: Attribute.statements, form: Form.sectionOffset, value });
    }
    return root;
  }

  private entry(from: Entry, fn: PlacedFunction | undefined): OutputEntry {
    const attributes: OutputAttribute[] = [];
    const made: OutputEntry = { tag: from.tag, attributes, children: [] };
    this.to.known.set(from.offset, made);
    for (const [name, value] of from.attributes) {
      const transcribed = this.attribute(name, value, fn);
      if (transcribed !== undefined) attributes.push(transcribed);
    }
    if (aggregateTags.has(from.tag)) {
      const value = dataLocation(this.to.context);
      attributes.push({ name: Attribute.dataLocation, form: Form.expression, value });
    }
    if (pointerTags.has(from.tag))
      attributes.push(constantAttribute(Attribute.byteSize, pointerBytes));
    if (fn !== undefined) attributes.push(...this.addresses(from, fn));
    return made;
  }

  private attribute(
    name: number,
    value: AttributeValue,
    fn: PlacedFunction | undefined,
  ): OutputAttribute | undefined {
    if (droppedAttributes.has(name) || isNameOfMain(name, value)) return undefined;
    if (name === Attribute.location || name === Attribute.frameBase) {
      const placed = this.place(name, value, fn);
      if (name === Attribute.frameBase && placed !== undefined && fn) this.framed.add(fn);
      return placed;
    }
    switch (value.kind) {
      case "text":
        return { name, form: Form.stringOffset, value: value.value };
      case "flag":
        return value.value ? { name, form: Form.flagPresent, value: 1 } : undefined;
      case "constant":
        return constantAttribute(name, this.renumbered(name, value.value));
      case "block":
        return { name, form: Form.block, value: value.value };
      case "reference":
        return { name, form: Form.referenceAddress, value: this.reference(value.value) };
      default:
        return undefined;
    }
  }

  /** Files of version 5 are numbered from 0 on. */
  private renumbered(name: number, value: bigint): bigint {
    const isFile = name === Attribute.declaredFile || name === Attribute.callFile;
    return isFile && this.unit.version === 5 ? value + 1n : value;
  }

  /** The entry at an offset may come later: a stand-in is replaced by `finishReferences`. */
  private reference(offset: number): OutputEntry {
    return this.to.known.get(offset) ?? { tag: -1 - offset, attributes: [], children: [] };
  }

  /** A location or frame base: one for all of a function, or a list. */
  private place(
    name: number,
    value: AttributeValue,
    fn: PlacedFunction | undefined,
  ): OutputAttribute | undefined {
    if (value.kind === "expression" || value.kind === "block") {
      const steps = parseExpression(value.value);
      if (steps === undefined) return undefined;
      const needsFrame = steps.some(({ code }) => code === ExpressionOperation.frameBase);
      if (needsFrame && (fn === undefined || !this.framed.has(fn))) return undefined;
      if (localOf(steps) === undefined) {
        const expression = translator(name)(steps, this.to.context);
        return expression && { name, form: Form.expression, value: expression };
      }
      return fn && this.locationList(name, this.located(name, value.value, fn, wholeRange(fn)));
    }
    if (value.kind !== "sectionOffset" || fn === undefined) return undefined;
    const { codeStart } = this.to.sections;
    const listed = this.list("locations", value.value);
    return this.locationList(
      name,
      listed.flatMap(({ start, end, expression }) =>
        this.to.functions
          .rangesOf(codeStart + start, codeStart + end)
          .flatMap((range) => this.located(name, expression, fn, range)),
      ),
    );
  }

  private list(kind: "ranges" | "locations", offset: number): ListedRange[] {
    return readList(this.to.sections, this.unit, kind, offset, this.base);
  }

  /** Where something is while a range of a function's code runs. */
  private located(
    name: number,
    bytes: Uint8Array,
    fn: PlacedFunction,
    range: { readonly start: number; readonly end: number },
  ): LocatedRange[] {
    const steps = parseExpression(bytes);
    if (steps === undefined) return [];
    const { context } = this.to;
    const translate = translator(name);
    const local = localOf(steps);
    if (local === undefined) {
      const expression = translate(steps, context);
      return expression === undefined ? [] : [{ ...range, expression }];
    }
    return placesOfLocal(fn.chunk, fn.address, local).flatMap(({ start, end, place }) => {
      const from = Math.max(start, range.start);
      const to = Math.min(end, range.end);
      const expression = from < to ? translate(steps, context, place) : undefined;
      return expression === undefined ? [] : [{ start: from, end: to, expression }];
    });
  }

  private locationList(
    name: number,
    locations: readonly LocatedRange[],
  ): OutputAttribute | undefined {
    if (locations.length === 0) return undefined;
    const sorted = [...locations].sort((one, other) => one.start - other.start);
    return { name, form: Form.sectionOffset, value: this.to.locations.add(sorted) };
  }

  /** The function whose code an entry tells of, if the program has it. */
  private functionOf({ attributes }: Entry): PlacedFunction | undefined {
    const address = addressOf(attributes.get(Attribute.lowAddress));
    const found =
      address === undefined
        ? undefined
        : this.to.functions.find(this.to.sections.codeStart + address);
    if (found !== undefined) this.placed.push(found);
    return found;
  }

  /** Where the code of a function, or of a part of one, lies. */
  private addresses(from: Entry, fn: PlacedFunction): OutputAttribute[] {
    if (from.tag === Tag.subprogram) {
      const { start, end } = wholeRange(fn);
      return [
        { name: Attribute.lowAddress, form: Form.address, value: start },
        { name: Attribute.highAddress, form: Form.address, value: end },
      ];
    }
    const { codeStart } = this.to.sections;
    const ranges = this.sourceRanges(from).flatMap(({ start, end }) =>
      this.to.functions.rangesOf(codeStart + start, codeStart + end),
    );
    return ranges.length === 0 ? [] : [this.rangesAttribute(ranges)];
  }

  private sourceRanges({ attributes }: Entry): { start: number; end: number }[] {
    const start = addressOf(attributes.get(Attribute.lowAddress));
    const high = attributes.get(Attribute.highAddress);
    if (start !== undefined && high?.kind === "constant") {
      return [{ start, end: start + Number(high.value) }];
    }
    if (start !== undefined && high?.kind === "address") return [{ start, end: high.value }];
    const ranges = attributes.get(Attribute.ranges);
    return ranges?.kind === "sectionOffset" ? this.list("ranges", ranges.value) : [];
  }

  private rangesAttribute(ranges: readonly { start: number; end: number }[]): OutputAttribute {
    const sorted = [...ranges].sort((one, other) => one.start - other.start);
    const value = this.to.ranges.add(sorted);
    return { name: Attribute.ranges, form: Form.sectionOffset, value };
  }
}

/** Puts entries in the place of what stands for them; references to nothing go. */
export function finishReferences(
  units: readonly OutputEntry[],
  known: ReadonlyMap<number, OutputEntry>,
): void {
  const open = [...units];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { attributes } = entry;
    const finished = attributes.flatMap((attribute) => {
      const { value } = attribute;
      if (typeof value !== "object" || value instanceof Uint8Array) return [attribute];
      const target = value.tag < 0 ? known.get(-1 - value.tag) : value;
      return target === undefined ? [] : [{ ...attribute, value: target }];
    });
    attributes.splice(0, attributes.length, ...finished);
    open.push(...entry.children);
  }
}

function translator(name: number): typeof translateLocation {
  return name === Attribute.frameBase ? translateFrameBase : translateLocation;
}

/** WASI's C library calls main by another name, which gdb would show instead of it. */
function isNameOfMain(name: number, value: AttributeValue): boolean {
  const isName = name === Attribute.linkageName && value.kind === "text";
  return isName && value.value.startsWith("__main_");
}

function constantAttribute(name: number, value: bigint): OutputAttribute {
  return { name, form: value < 0n ? Form.signed : Form.unsigned, value };
}

function addressOf(value: AttributeValue | undefined): number | undefined {
  return value?.kind === "address" ? value.value : undefined;
}

function wholeRange({ address, chunk }: PlacedFunction): { start: number; end: number } {
  return { start: address, end: address + chunk.size };
}
