// The way from a directory along a path, for the file systems of the kernel's own: these have no
// symbolic links. `..` goes back as far as the directory from which the walk began, never beyond.
import * as errno from "../base/errno.as";
import { embeddedChild, isEmbeddedDirectory } from "./embedded-tree.as";
import { embeddedKind } from "./kinds.as";
import { isMemoryDirectory, memoryChild } from "./memory-nodes.as";
import {
  beginPath,
  endsWithSlash,
  hasMoreNames,
  isDot,
  isDotDot,
  nameLength,
  nameStart,
  nextName,
} from "./path.as";
import { walkSpace } from "./scratch.as";

const depthLimit: u32 = 128;

let depth: u32 = 0;
let target: i32 = 0;
let isOrdinary = false;
let demandsDirectory = false;

/**
 * Walks; an error number unless all but the path's last name are there. What the last one names,
 * `walkTarget` tells.
 */
export function walk(kind: u32, start: u32, path: usize, length: u32): u32 {
  const error = beginPath(path, length);
  if (error != 0) return error;
  depth = 0;
  store<u32>(walkSpace(), start);
  target = start;
  isOrdinary = false;
  demandsDirectory = endsWithSlash();
  while (nextName()) {
    const problem = step(kind);
    if (problem != 0) return problem;
  }
  const isFile = target >= 0 && !isDirectoryNode(kind, target);
  return demandsDirectory && isFile ? errno.notDirectory : errno.success;
}

/** What the path names, or -1 when there is nothing of that name. */
export function walkTarget(): i32 {
  return target;
}

/** The directory in which the path's last name is, or would be. */
export function walkParent(): u32 {
  return load<u32>(walkSpace() + (depth - 1) * 4);
}

/** Whether the path's last name is neither `.` nor `..`, so that it may be made or removed. */
export function endsInName(): bool {
  return isOrdinary;
}

/** Whether the path ends with a slash. */
export function demandsDirectoryAtEnd(): bool {
  return demandsDirectory;
}

function step(kind: u32): u32 {
  if (target < 0) return errno.noEntry;
  if (!isDirectoryNode(kind, target)) return errno.notDirectory;
  const start = nameStart();
  const length = nameLength();
  isOrdinary = false;
  if (isDot(start, length)) return errno.success;
  if (isDotDot(start, length)) {
    if (depth == 0) return errno.notCapable;
    depth--;
    target = load<u32>(walkSpace() + depth * 4);
    return errno.success;
  }
  if (depth == depthLimit) return errno.nameTooLong;
  isOrdinary = true;
  target = childOf(kind, target, start, length);
  if (target < 0) {
    target = -1;
    if (hasMoreNames()) return errno.noEntry;
  }
  depth++;
  store<u32>(walkSpace() + depth * 4, target);
  return errno.success;
}

function childOf(kind: u32, node: u32, name: usize, length: u32): i32 {
  if (kind == embeddedKind) return embeddedChild(node, name, length);
  return memoryChild(node, name, length);
}

function isDirectoryNode(kind: u32, node: u32): bool {
  return kind == embeddedKind ? isEmbeddedDirectory(node) : isMemoryDirectory(node);
}
