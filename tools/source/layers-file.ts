import type { Violation } from "./violation.ts";

/** One part of the source and what it may import; see the head of LAYERS for the format. */
export interface Layer {
  /** Folder, or a single file, from the repository's root. */
  readonly path: string;
  /** Line in LAYERS, counted from 1. */
  readonly line: number;
  /** Folders and files it may import besides its own. */
  readonly imports: readonly string[];
  /** What it may import as a facade does its implementations, circles included. */
  readonly dispatches: readonly string[];
  /** npm packages and `node:` modules it may use; `node:*` is any of Node's, `*` any at all. */
  readonly packages: readonly string[];
  /** Folders, files and packages that only its tests may import. */
  readonly tests: readonly string[];
}

const permissions = ["imports", "dispatches", "packages", "tests"] as const;

type Permission = (typeof permissions)[number];
type LayerDraft = { path: string; line: number } & Record<Permission, string[]>;

/** Parses LAYERS; what is malformed, repeated, unknown or circular comes back as violations. */
export function parseLayers(
  path: string,
  text: string,
): { layers: Layer[]; violations: Violation[] } {
  const layers: LayerDraft[] = [];
  const violations: Violation[] = [];
  const complain = (line: number, message: string): void => {
    violations.push({ path, line, rule: "layers-file", message });
  };
  text.split("\n").forEach((raw, index) => {
    const content = raw.replace(/#.*/, "").trimEnd();
    const line = index + 1;
    if (content === "") return;
    if (!content.startsWith(" ")) {
      if (layers.some((layer) => layer.path === content)) complain(line, `${content} stands twice`);
      layers.push({ path: content, line, imports: [], dispatches: [], packages: [], tests: [] });
      return;
    }
    const [word, ...list] = content.trim().split(/\s+/);
    const permission = permissions.find((known) => known === word);
    const layer = layers.at(-1);
    if (permission === undefined || list.length === 0 || layer === undefined) {
      complain(line, `expected one of ${permissions.join(", ")} with a list, below a folder`);
      return;
    }
    layer[permission].push(...list);
  });
  violations.push(...findCycles(path, layers));
  return { layers, violations };
}

/** The layer that a file belongs to: the one with the longest matching path. */
export function layerOf(layers: readonly Layer[], path: string): Layer | undefined {
  let best: Layer | undefined;
  for (const layer of layers) {
    const holds = path === layer.path || path.startsWith(`${layer.path}/`);
    if (holds && layer.path.length > (best?.path.length ?? -1)) best = layer;
  }
  return best;
}

function findCycles(path: string, layers: readonly Layer[]): Violation[] {
  const violations: Violation[] = [];
  const finished = new Set<Layer>();
  const open: Layer[] = [];
  const visit = (layer: Layer): void => {
    if (finished.has(layer)) return;
    const at = open.indexOf(layer);
    if (at >= 0) {
      const circle = [...open.slice(at), layer].map((member) => member.path).join(" -> ");
      const message = `layers import one another in a circle: ${circle}`;
      violations.push({ path, line: layer.line, rule: "layers-file", message });
      return;
    }
    open.push(layer);
    for (const target of layer.imports.flatMap((part) => reached(layers, part))) {
      if (target !== undefined && target !== layer) visit(target);
    }
    open.pop();
    finished.add(layer);
  };
  for (const layer of layers) visit(layer);
  return violations;
}

/** The layers that a permission reaches, whole or by a file in them. */
function reached(layers: readonly Layer[], part: string): (Layer | undefined)[] {
  const folder = part.replace(/\/\*\*$/, "");
  const inner = layers.filter(({ path }) => folder !== part && path.startsWith(`${folder}/`));
  return [layerOf(layers, folder), ...inner];
}
