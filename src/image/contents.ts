/** What an image consists of, and by whom each part got into it. */
import type { Chunk } from "../compiler/object/object.ts";
import type { SymbolId, SymbolTable } from "../compiler/object/symbols.ts";
import type { BuildRequest } from "../contracts/build.ts";
import { buildParts } from "./build.ts";

/** One function, constant or variable, or one of the parts around them. */
export interface ImageItem {
  /** Unique within its component, as a rule. */
  readonly name: string;
  /** Whose it is, from the general to the particular: `kernel/net/tcp`. */
  readonly component: string;
  readonly kind: "code" | "constant" | "variable" | "data" | "format";
  /** In the image's file. */
  readonly fileBytes: number;
  /** In the memory of an instance that has just started. */
  readonly memoryBytes: number;
  /** The number of the item that refers to it, on the shortest way from an entry; -1: none does. */
  readonly referrer: number;
}

/** An image's items, those reached first in front. */
export interface ImageContents {
  readonly fileBytes: number;
  readonly items: readonly ImageItem[];
}

/** The component of an app's function, by its name. */
export type NameComponent = (name: string) => string;

/** Tells of functions and switches what they are called and belong to. */
interface Named {
  readonly name: string;
  readonly component: string;
}

/** What the whole program is told of: who refers to it is no reason for anything to be there. */
const mapSymbols = new Set(["config.functionTable", "image.functionNames"]);

/** Builds an image and tells what is in it; throws what the compiler throws. */
export async function imageContents(
  request: BuildRequest,
  componentOf: NameComponent,
): Promise<ImageContents> {
  const { chunks, symbols, roots, image, kernelStaticsBytes, appMemoryBytes } =
    await buildParts(request);
  const referrers = findReferrers(chunks, symbols, roots);
  const names = namesOf(chunks, symbols, componentOf);
  const items = chunks.map(({ bytes, size, section }, index): ImageItem => {
    const { name = "", component = "" } = names[index] ?? {};
    const kind = section === "text" ? "code" : section === "readOnly" ? "constant" : "variable";
    const referrer = referrers[index] ?? -1;
    return { name, component, kind, fileBytes: bytes.length, memoryBytes: size, referrer };
  });
  const known = items.reduce((sum, item) => sum + item.fileBytes, 0);
  const rest = image.length - known - kernelStaticsBytes - appMemoryBytes;
  const parts = [
    dataItem("tables and other static data", "kernel/data", kernelStaticsBytes),
    dataItem("initial memory", "app/data", appMemoryBytes),
    { ...dataItem("headers and padding", "image/file", rest), kind: "format" as const },
  ];
  return {
    fileBytes: image.length,
    items: [...items, ...parts.filter(({ fileBytes }) => fileBytes > 0)],
  };
}

function dataItem(name: string, component: string, bytes: number): ImageItem {
  return { name, component, kind: "data", fileBytes: bytes, memoryBytes: bytes, referrer: -1 };
}

/** The chunk by which a search in breadth first came to each; -1 for roots and what nothing names. */
function findReferrers(
  chunks: readonly Chunk[],
  symbols: SymbolTable,
  roots: readonly string[],
): readonly number[] {
  const places = new Map<SymbolId, number>(chunks.map(({ symbol }, index) => [symbol, index]));
  const referrers = chunks.map(() => -1);
  const seen = new Set<number>();
  const queue: number[] = [];
  const visit = (symbol: SymbolId, from: number): void => {
    const place = places.get(symbol);
    if (place === undefined || seen.has(place)) return;
    seen.add(place);
    referrers[place] = from;
    queue.push(place);
  };
  for (const root of roots) visit(symbols.intern(root), -1);
  for (let next = 0; next < queue.length; next++) {
    const place = queue[next] ?? 0;
    const chunk = chunks[place];
    if (chunk === undefined || mapSymbols.has(symbols.nameOf(chunk.symbol))) continue;
    for (const { symbol } of chunk.relocations) visit(symbol, place);
  }
  return referrers;
}

function namesOf(
  chunks: readonly Chunk[],
  symbols: SymbolTable,
  componentOf: NameComponent,
): readonly Named[] {
  const bySymbol = new Map<string, Named>();
  const all = chunks.map((chunk) => {
    const symbol = symbols.nameOf(chunk.symbol);
    const named = nameOf(symbol, chunk.displayName, componentOf);
    bySymbol.set(symbol, named);
    return { symbol, named };
  });
  // Tables of jumps belong to the functions that jump.
  return all.map(({ symbol, named }) => {
    const [, owner, part] = /^(.*)\.(switch\d+|entry)$/.exec(symbol) ?? [];
    const found = owner === undefined ? undefined : bySymbol.get(owner);
    return found === undefined ? named : { ...found, name: `${found.name}, ${part}` };
  });
}

function nameOf(symbol: string, shown: string | undefined, componentOf: NameComponent): Named {
  const point = symbol.indexOf(".");
  const unit = symbol.slice(0, point);
  const part = symbol.slice(point + 1);
  if (unit === "text") {
    const text = Buffer.from(part, "hex").toString("utf8");
    return { name: JSON.stringify(text), component: "kernel/texts" };
  }
  if (unit === "constant" || unit === "mask")
    return { name: symbol, component: "runtime/constants" };
  if (unit === "runtime") return { name: part, component: "runtime" };
  if (unit === "linux" || unit === "pc") return { name: symbol, component: "entry" };
  if (unit === "config" || unit === "image") return platformPart(symbol);
  if (unit === "app") return appPart(part, shown, componentOf);
  if (unit === "kernel") return kernelPart(part, shown);
  return { name: symbol, component: "other" };
}

/** What the image's maker puts beside the code. */
function platformPart(symbol: string): Named {
  const components: Readonly<Record<string, string>> = {
    "config.functionTable": "image/program map",
    "image.functionNames": "image/program map",
    "config.seccompFilter": "image/seccomp filter",
    "config.folderlessFilter": "image/seccomp filter",
    "config.disksFilter": "image/seccomp filter",
    "config.embeddedTree": "app/embedded files",
  };
  return { name: symbol, component: components[symbol] ?? "image/settings" };
}

function appPart(part: string, shown: string | undefined, componentOf: NameComponent): Named {
  if (shown !== undefined) return { name: shown, component: componentOf(shown) };
  const isData = /^[de]\d/.test(part);
  return { name: part, component: isData ? "app/data" : "app/variables and tables" };
}

/** The kernel's functions bear the paths of their sources. */
function kernelPart(part: string, shown: string | undefined): Named {
  const [, path = "", name = ""] = /^src\/kernel\/(.*)\.as\/(.*)$/.exec(shown ?? "") ?? [];
  if (path !== "") {
    const slash = path.lastIndexOf("/");
    const folder = path.slice(0, Math.max(0, slash));
    const file = path.slice(slash + 1);
    return { name: `${file}/${name}`, component: folder === "" ? "kernel" : `kernel/${folder}` };
  }
  if (shown?.startsWith("~lib/") === true) return { name: shown, component: "kernel/library" };
  return { name: shown ?? part, component: "kernel/variables and tables" };
}
