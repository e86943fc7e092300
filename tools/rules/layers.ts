import { type Layer, layerOf, parseLayers } from "../source/layers-file.ts";
import { isRelative, packageOf, resolveImport } from "../source/resolve.ts";
import { isTest, type SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";

const layersFile = "LAYERS";

/** Holds every import, type-only and AssemblyScript ones included, to what LAYERS allows. */
export function checkLayers(tree: SourceTree): Violation[] {
  if (!tree.has(layersFile)) {
    return [{ path: layersFile, line: 0, rule: "layers", message: "the file is missing" }];
  }
  const { layers, violations } = parseLayers(layersFile, tree.text(layersFile));
  const found = [...violations];
  for (const path of tree.sources()) {
    const layer = layerOf(layers, path);
    if (layer !== undefined) found.push(...checkImports(tree, layers, layer, path));
    else if (path.startsWith("src/")) {
      const message = "this file lies in no layer: name its folder in LAYERS";
      found.push({ path, line: 0, rule: "layers", message });
    }
  }
  return found;
}

function checkImports(
  tree: SourceTree,
  layers: readonly Layer[],
  layer: Layer,
  path: string,
): Violation[] {
  const found: Violation[] = [];
  for (const { specifier, line } of tree.outline(path).imports) {
    const message = isRelative(specifier)
      ? objectToFile(tree, layers, layer, path, specifier)
      : objectToPackage(layer, path, specifier);
    if (message !== undefined) found.push({ path, line, rule: "layers", message });
  }
  return found;
}

function objectToFile(
  tree: SourceTree,
  layers: readonly Layer[],
  layer: Layer,
  path: string,
  specifier: string,
): string | undefined {
  const target = resolveImport(tree, path, specifier);
  if (target === undefined) return `"${specifier}" leads to no file`;
  if (!isTest(path) && isTest(target)) return `${target} exists for tests only`;
  const targetLayer = layerOf(layers, target);
  if (targetLayer === layer) return undefined;
  const allowed = [...layer.imports, ...layer.dispatches, ...(isTest(path) ? layer.tests : [])];
  if (allowed.some((part) => permits(part, target, targetLayer))) return undefined;
  return `${layer.path} may not import ${targetLayer?.path ?? target} (LAYERS:${layer.line})`;
}

function objectToPackage(layer: Layer, path: string, specifier: string): string | undefined {
  const name = packageOf(specifier);
  const allowed = isTest(path) ? [...layer.packages, ...layer.tests] : layer.packages;
  const isAllowed = allowed.some(
    (word) => word === "*" || word === name || (word === "node:*" && name.startsWith("node:")),
  );
  if (isAllowed || (isTest(path) && (name === "vitest" || name.startsWith("node:")))) {
    return undefined;
  }
  return `${layer.path} may not use the package ${name} (LAYERS:${layer.line})`;
}

/** A folder or file permits what lies in it, but an inner layer only when `/**` says so. */
function permits(part: string, target: string, targetLayer: Layer | undefined): boolean {
  if (part === "*") return true;
  const folder = part.replace(/\/\*\*$/, "");
  if (target !== folder && !target.startsWith(`${folder}/`)) return false;
  return folder !== part || (targetLayer?.path.length ?? 0) <= folder.length;
}
