/** The verb `inspect --map`: what takes the bytes of an image, and why it is there. */
import { readFileSync } from "node:fs";
import { TsukiError } from "../contracts/errors.ts";
import { engineSection, type Platform } from "../contracts/machine-interface.ts";
import type { ImageContents, ImageItem, NameComponent } from "../image/contents.ts";
import { readSections } from "../simulator/module-sections.ts";
import { type ImageOptions, imageRequest } from "./build.ts";
import type { Program, ProgramSources } from "./program.ts";
import { findSubject } from "./subject.ts";

export type { ImageContents } from "../image/contents.ts";

/** What to look into: sources, or an image of the store. */
export type MapOptions = ProgramSources &
  Omit<ImageOptions, "platform"> & { readonly platform: Platform };

/** What an image consists of, and what it is called. */
export interface ImageMap extends ImageContents {
  readonly title: string;
  readonly platform: Platform;
}

/** One component and what it takes. */
export interface ComponentSize {
  readonly component: string;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly items: number;
}

/** Makes an image and tells what is in it. Throws a TsukiError. */
export async function mapImage(options: MapOptions): Promise<ImageMap> {
  const { platform } = options;
  if (platform === "node") {
    throw new TsukiError("usage", "an image for node is the app's own module; name linux or pc");
  }
  const program = await (await findSubject(options)).program();
  const { imageContents } = await import("../image/contents.ts");
  const request = imageRequest(program, { ...options, platform }, () => {});
  const contents = await imageContents(request, componentsOf(program));
  return { ...contents, title: program.source, platform };
}

/** Sizes by component, the largest first. */
export function componentSizes({ items }: ImageContents): readonly ComponentSize[] {
  const sizes = new Map<string, ComponentSize>();
  for (const { component, fileBytes, memoryBytes } of items) {
    const size = sizes.get(component) ?? { component, fileBytes: 0, memoryBytes: 0, items: 0 };
    sizes.set(component, {
      component,
      fileBytes: size.fileBytes + fileBytes,
      memoryBytes: size.memoryBytes + memoryBytes,
      items: size.items + 1,
    });
  }
  return [...sizes.values()].sort((a, b) => b.fileBytes - a.fileBytes);
}

/** The numbers of items from an entry of the image to one of them. */
export function wayTo({ items }: ImageContents, item: number): readonly number[] {
  const way: number[] = [];
  for (let at = item; at >= 0; at = items[at]?.referrer ?? -1) way.unshift(at);
  return way;
}

/** Items of a name, whole or as the last part of a path. Throws `function-missing`. */
export function findItems({ items }: ImageContents, name: string): readonly number[] {
  const found = items.flatMap((item, index) => (isCalled(item, name) ? [index] : []));
  if (found.length > 0) return found;
  throw new TsukiError("function-missing", `nothing in the image is called ${name}`);
}

function isCalled(item: ImageItem, name: string): boolean {
  return (
    item.name === name ||
    item.name.endsWith(`/${name}`) ||
    `${item.component}/${item.name}` === name
  );
}

/** Tells whose an app's functions are, by their names. */
function componentsOf({ app, inputs }: Program): NameComponent {
  const isEngine = readSections(app).some(
    ({ id, content }) => id === 0 && isNamed(content, engineSection),
  );
  if (isEngine) return () => "javascript engine";
  const texts = inputs.filter((path) => /\.(?:c|cc|cpp|cxx|h|hh|hpp)$/.test(path)).map(readText);
  const own = texts.length === 0 ? undefined : definedNames(texts.join("\n"));
  return (name) => {
    if (name.startsWith("~lib/")) return "app/assemblyscript library";
    if (/^_ZN?K?St|^__cxa_/.test(name)) return "libc++";
    if (own === undefined || own.has(name)) return "app";
    // C++ writes names within others, with their lengths in front.
    const parts = name.startsWith("_Z") ? (name.match(/[A-Za-z_]\w*/g) ?? []) : [];
    return parts.some((part) => [...own].some((one) => part.includes(one))) ? "app" : "libc";
  };
}

function isNamed(content: Uint8Array, name: string): boolean {
  const bytes = new TextEncoder().encode(name);
  return content[0] === bytes.length && bytes.every((byte, index) => content[index + 1] === byte);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Names behind which sources of C have parameters and a body. */
function definedNames(text: string): ReadonlySet<string> {
  const names = [...text.matchAll(/\b([A-Za-z_]\w*)\s*\([^;{}]*\)[^;{}()]*\{/g)].map(
    ([, name = ""]) => name,
  );
  const words = new Set(["if", "for", "while", "switch", "return", "sizeof", "catch"]);
  return new Set([
    ...names.filter((name) => !words.has(name)),
    "__main_void",
    "__original_main",
    "__main_argc_argv",
  ]);
}
