import type { HostedEngine } from "./hosted-engine.ts";
import {
  countImportedFunctions,
  encodeUnsigned,
  ModuleReader,
  readCodeOffsets,
  readFunctionExports,
  readSections,
  type Section,
  sectionIds,
  writeSections,
} from "./module-sections.ts";

/** Names under which a prepared module exports what the machine needs and an app may hide. */
export const hiddenExports = { memory: "tsuki:memory", start: "tsuki:start" } as const;

/** An app made ready for the machine. */
export interface PreparedApp {
  readonly module: WebAssembly.Module;
  /** Maximum of the memory in 64 KiB pages, 65,536 when none is declared. */
  readonly maximumPages: number;
  /** Byte offset of a function's body in the module by function index. */
  readonly functionOffset: (index: number) => number | undefined;
  /** The name under which a function is exported, for those without a name of their own. */
  readonly exportName: (index: number) => string | undefined;
}

/** What plays the app's part: a module, or an engine that is none. */
export type MachineApp = PreparedApp | HostedEngine;

const unlimitedPages = 65_536;
const memoryKind = 2;
const functionKind = 0;

/**
 * Prepares an app: its memory is exported, its start function is exported instead of run (its
 * calls into the kernel need the memory, which exists only once the instance does), and its memory
 * never grows beyond `maximumPages`.
 *
 * @throws WebAssembly.CompileError when the bytes are no valid module.
 */
export function prepareApp(bytes: Uint8Array, maximumPages = unlimitedPages): PreparedApp {
  // Validated as it is, so that editing may rely on it and messages speak of the original.
  const original = new WebAssembly.Module(bytes);
  const sections = readSections(bytes);
  const limits = memoryLimits(sections, maximumPages);
  const exported = hiddenItems(sections, limits !== undefined);
  const edited = sections
    .filter(({ id }) => id !== sectionIds.start && id !== sectionIds.export)
    .map((section) =>
      section.id === sectionIds.memory && limits !== undefined
        ? { ...section, content: limits.content }
        : section,
    );
  const exportSection = { id: sectionIds.export, content: addExports(sections, exported) };
  const place = edited.findIndex(({ id }) => id > sectionIds.export);
  const all: Pick<Section, "id" | "content">[] = [...edited];
  all.splice(place < 0 ? all.length : place, 0, exportSection);
  const result = exported.length === 0 ? bytes : writeSections(all);
  const imported = countImportedFunctions(sections);
  const offsets = readCodeOffsets(readSections(result));
  const exportNames = readFunctionExports(sections);
  return {
    module: exported.length === 0 ? original : new WebAssembly.Module(result),
    maximumPages: limits?.maximum ?? 0,
    functionOffset: (index) => offsets[index - imported],
    exportName: (index) => exportNames.get(index),
  };
}

interface Limits {
  readonly maximum: number;
  readonly content: Uint8Array;
}

/** The memory section with a lower maximum of the first; undefined when the app has none of its own. */
function memoryLimits(sections: readonly Section[], bound: number): Limits | undefined {
  const content = sections.find(({ id }) => id === sectionIds.memory)?.content;
  if (content === undefined) return undefined;
  const reader = new ModuleReader(content);
  const count = reader.unsigned();
  if (count === 0) return undefined;
  const flags = reader.byte();
  const hasMaximum = (flags & 1) === 1;
  const minimum = reader.unsigned();
  const declared = hasMaximum ? reader.unsigned() : unlimitedPages;
  const maximum = Math.max(minimum, Math.min(declared, bound));
  const first = [flags | 1, ...encodeUnsigned(minimum), ...encodeUnsigned(maximum)];
  const others = content.subarray(reader.offset);
  const bytes = [...encodeUnsigned(count), ...first, ...others];
  return { maximum, content: Uint8Array.from(bytes) };
}

interface HiddenItem {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

function hiddenItems(sections: readonly Section[], hasMemory: boolean): HiddenItem[] {
  const items: HiddenItem[] = [];
  if (hasMemory) items.push({ name: hiddenExports.memory, kind: memoryKind, index: 0 });
  const start = sections.find(({ id }) => id === sectionIds.start);
  if (start !== undefined) {
    const index = new ModuleReader(start.content).unsigned();
    items.push({ name: hiddenExports.start, kind: functionKind, index });
  }
  return items;
}

/** The export section with more items at its end. */
function addExports(sections: readonly Section[], items: readonly HiddenItem[]): Uint8Array {
  const content = sections.find(({ id }) => id === sectionIds.export)?.content ?? Uint8Array.of(0);
  const reader = new ModuleReader(content);
  const count = reader.unsigned() + items.length;
  const added = items.flatMap(({ name, kind, index }) => {
    const bytes = new TextEncoder().encode(name);
    return [...encodeUnsigned(bytes.length), ...bytes, kind, ...encodeUnsigned(index)];
  });
  return Uint8Array.from([...encodeUnsigned(count), ...content.subarray(reader.offset), ...added]);
}
