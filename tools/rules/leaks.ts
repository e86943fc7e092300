import type { SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";

/** What must not stand in a committed file because it is true on one machine only. */
export interface MachineTraces {
  /** Absolute folders of this machine, such as the checkout's parent and the home directory. */
  readonly folders: readonly string[];
  /** The package registry's host, when it is a private one. */
  readonly registryHost?: string;
}

const binaryFile = /\.(wasm|png|jpg|gif|ico|gz|tar|zip|elf|bin|o)$/;

/** Finds absolute paths and registry hosts of the machine at hand in files to be committed. */
export function checkLeaks(tree: SourceTree, traces: MachineTraces): Violation[] {
  const needles = [
    ...traces.folders.map((folder) => ({ name: "an absolute path", pattern: folderTrace(folder) })),
    ...(traces.registryHost === undefined
      ? []
      : [{ name: "a registry host", pattern: new RegExp(escapeForPattern(traces.registryHost)) }]),
  ];
  return tree.paths
    .filter((path) => !binaryFile.test(path))
    .flatMap((path) => {
      const rules = [...needles, ...rulesForFile(path)];
      const found: Violation[] = [];
      tree
        .text(path)
        .split("\n")
        .forEach((text, index) => {
          for (const { name, pattern } of rules) {
            if (!pattern.test(text)) continue;
            const message = `${name} of one machine must not be committed`;
            found.push({ path, line: index + 1, rule: "leak", message });
          }
        });
      return found;
    });
}

function folderTrace(folder: string): RegExp {
  return new RegExp(`(?<![\\w.*}-])${escapeForPattern(folder)}(?![\\w-])`);
}

function rulesForFile(path: string): { name: string; pattern: RegExp }[] {
  if (path.endsWith("package-lock.json")) {
    return [{ name: "a registry address", pattern: /"resolved": *"https?:/ }];
  }
  if (path.endsWith(".npmrc")) {
    return [{ name: "a registry setting", pattern: /registry\s*=|^\s*\/\/|_auth/ }];
  }
  return [];
}

function escapeForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
