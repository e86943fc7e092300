/** The items of an image as a tree: components, their parts, and functions and data as leaves. */
import type { ImageContents } from "../../../engine/image-map.ts";
import { type Rectangle, squarify } from "./treemap.ts";

/** A component, a part of one, or an item. */
export interface MapNode {
  readonly name: string;
  readonly fileBytes: number;
  readonly children: readonly MapNode[];
  /** Of a leaf: the item's number. */
  readonly item: number;
}

/** A node and where it is drawn; the parent is a place's number, -1 for the whole. */
export interface Place extends Rectangle {
  readonly node: MapNode;
  readonly parent: number;
  readonly depth: number;
  /** The number of the outermost component that it belongs to, which decides its colour. */
  readonly family: number;
}

interface Branch {
  readonly branches: Map<string, Branch>;
  readonly items: number[];
}

/** Items that take room in the file, by the parts of their components' names. */
export function mapTree({ items, fileBytes }: ImageContents, title: string): MapNode {
  const root: Branch = { branches: new Map(), items: [] };
  items.forEach((item, index) => {
    if (item.fileBytes === 0) return;
    let branch = root;
    for (const part of item.component.split("/")) {
      const next = branch.branches.get(part) ?? { branches: new Map(), items: [] };
      branch.branches.set(part, next);
      branch = next;
    }
    branch.items.push(index);
  });
  const toNode = (name: string, { branches, items: own }: Branch): MapNode => {
    const children = [
      ...[...branches].map(([part, branch]) => toNode(part, branch)),
      ...own.map((item): MapNode => {
        const { name: called = "", fileBytes: size = 0 } = items[item] ?? {};
        return { name: called, fileBytes: size, children: [], item };
      }),
    ].sort((a, b) => b.fileBytes - a.fileBytes);
    const sum = children.reduce((total, child) => total + child.fileBytes, 0);
    return { name, fileBytes: sum, children, item: -1 };
  };
  return { ...toNode(title, root), fileBytes };
}

/** Room for a component's own name, and around it; in the units of the whole's 1,000 by 600. */
const header = 13;
const margin = 1.5;

/** Places a tree's nodes, each behind its parent. */
export function placeTree(root: MapNode): readonly Place[] {
  const places: Place[] = [];
  const place = (node: MapNode, space: Rectangle, parent: number, family: number): void => {
    const depth = parent < 0 ? 0 : (places[parent]?.depth ?? 0) + 1;
    const number = places.push({ ...space, node, parent, depth, family }) - 1;
    const inside = insideOf(space, depth);
    squarify(
      node.children.map(({ fileBytes }) => fileBytes),
      inside,
    ).forEach((part, index) => {
      const child = node.children[index];
      if (child !== undefined) place(child, part, number, depth === 0 ? index : family);
    });
  };
  place(root, { x: 0, y: 0, width: 1000, height: 600 }, -1, 0);
  return places;
}

function insideOf({ x, y, width, height }: Rectangle, depth: number): Rectangle {
  const top = depth === 0 ? 0 : Math.min(header, height / 4);
  const side = depth === 0 ? 0 : Math.min(margin, width / 20, height / 20);
  return {
    x: x + side,
    y: y + top,
    width: Math.max(0, width - 2 * side),
    height: Math.max(0, height - top - side),
  };
}
