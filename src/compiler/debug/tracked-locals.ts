import { ReadError } from "../bytes/read-error.ts";
import type { Module } from "../wasm/module.ts";
import { Attribute, Tag } from "./dwarf.table.ts";
import { DwarfError } from "./dwarf-error.ts";
import { DwarfSections } from "./dwarf-sections.ts";
import { localOf, parseExpression } from "./expressions.ts";
import { type CompileUnit, type Entry, readUnits } from "./read-entries.ts";
import { readList } from "./read-lists.ts";

/**
 * The locals, by function, in which a module's debug information says that something of the source
 * is; none if it is malformed.
 */
export function trackedLocals(module: Module): ReadonlyMap<number, ReadonlySet<number>> {
  const sections = new DwarfSections(module);
  const found = new Map<number, Set<number>>();
  if (!sections.isPresent) return found;
  try {
    for (const unit of readUnits(sections)) new LocalFinder(module, sections, unit, found).run();
  } catch (error) {
    if (!(error instanceof DwarfError || error instanceof ReadError)) throw error;
    found.clear();
  }
  return found;
}

class LocalFinder {
  constructor(
    private readonly module: Module,
    private readonly sections: DwarfSections,
    private readonly unit: CompileUnit,
    private readonly found: Map<number, Set<number>>,
  ) {}

  run(): void {
    const open: { entry: Entry; index: number }[] = [{ entry: this.unit.root, index: -1 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { entry } = next;
      const index = entry.tag === Tag.subprogram ? this.functionOf(entry) : next.index;
      if (index >= 0) this.search(entry, index);
      for (const child of entry.children) open.push({ entry: child, index });
    }
  }

  private search({ attributes }: Entry, index: number): void {
    for (const name of [Attribute.location, Attribute.frameBase]) {
      const value = attributes.get(name);
      if (value?.kind === "expression" || value?.kind === "block") this.add(index, value.value);
      if (value?.kind !== "sectionOffset") continue;
      const list = readList(this.sections, this.unit, "locations", value.value, 0);
      for (const { expression } of list) this.add(index, expression);
    }
  }

  private add(index: number, expression: Uint8Array): void {
    const local = localOf(parseExpression(expression) ?? []);
    if (local === undefined) return;
    const known = this.found.get(index);
    if (known === undefined) this.found.set(index, new Set([local]));
    else known.add(local);
  }

  private functionOf({ attributes }: Entry): number {
    const address = attributes.get(Attribute.lowAddress);
    if (address?.kind !== "address") return -1;
    const offset = this.sections.codeStart + address.value;
    return this.functionAt(offset);
  }

  private functionAt(offset: number): number {
    const { functions } = this.module;
    let low = functions.findIndex(({ body }) => body !== undefined);
    let high = low < 0 ? 0 : functions.length;
    if (low < 0) return -1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((functions[middle]?.body?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const body = functions[low]?.body;
    return body !== undefined && body.start <= offset ? low : -1;
  }
}
