/** Documents tell the truth about names: files they link exist, commands and options they show do. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const groups = ["network", "volume"];
const commands = [
  ..."init dev build image run explain doctor".split(" "),
  ..."attach events stats completion".split(" "),
  ..."create ps logs wait port start stop restart kill pause unpause rm rename prune".split(" "),
  ..."images inspect history tag rmi save load".split(" "),
  ...groups.flatMap((group) =>
    "create ls inspect rm prune".split(" ").map((verb) => `${group} ${verb}`),
  ),
];

const documents = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
  { cwd: root, encoding: "utf8" },
)
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)));

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function help(...parameters: string[]): string {
  const program = join(root, "dist", "cli.js");
  const result = spawnSync(process.execPath, [program, ...parameters, "--help"]);
  return result.stdout.toString("utf8");
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(text: string): Set<string> {
  const headings = text.matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number}\- ]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** Links in a document that lead nowhere in this repository. */
function brokenLinks(path: string): string[] {
  const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(dirname(path), file);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchors(read(target)).has(anchor);
  });
}

/** Commands of Tsuki's in a document's blocks of shell, each as its words. */
function calls(path: string): string[][] {
  const blocks = read(path).matchAll(/^ *```(console|sh)\n(.*?)^ *```/gms);
  return [...blocks]
    .flatMap(([, kind, block = ""]) => {
      const lines = block.split("\n");
      return kind === "sh" ? lines : lines.filter((line) => /^ *\$ /.test(line));
    })
    .map((line) => /(?:^|[ (])(?:tsuki|node dist\/cli\.js) +([a-z].*)$/.exec(line)?.[1])
    .filter((words) => words !== undefined)
    .map((words) => words.split(/\s+/));
}

/** What Tsuki itself reads of a call: `run` leaves everything behind the source to the app. */
function optionsOf([command = "", ...words]: readonly string[]): string[] {
  const source =
    command === "run" ? words.findIndex((word) => /\.(?:c|cc|ts|wasm)$/.test(word)) : -1;
  const own = source < 0 ? words : words.slice(0, source);
  return own.filter((word) => /^--?[A-Za-z]/.test(word));
}

describe.each(documents)("%s", (path) => {
  it("links to what is there", () => {
    expect(brokenLinks(path)).toEqual([]);
  });
});

describe("the command line", () => {
  const helpOf = new Map(commands.map((command) => [command, help(...command.split(" "))]));
  const shown = documents.flatMap((path) => calls(path).map((words) => ({ path, words })));

  it("has every command and option that documents show", () => {
    expect(shown.length).toBeGreaterThan(10);
    const unknown = shown.filter(({ words }) => {
      const text = helpOf.get(words.slice(0, 2).join(" ")) ?? helpOf.get(words[0] ?? "");
      if (text === undefined) return true;
      return !optionsOf(words).every((option) => new RegExp(`[ ,]${option}[ ,]`).test(text));
    });
    expect(unknown).toEqual([]);
  });

  it.each(documents)("gets its options before the source in %s", (path) => {
    const behind = /\btsuki (run|create|dev)\b[^`\n]*\.(?:c|cc|ts|wasm) +(--?[a-z]+)/g;
    const own = [...read(path).matchAll(behind)].filter(([, command = "", option = ""]) =>
      new RegExp(`[ ,]${option}[ ,]`).test(helpOf.get(command) ?? ""),
    );
    expect(own.map(([text]) => text)).toEqual([]);
  });

  it.each(commands)(
    "shows in its help how %s is called, with options that there are",
    (command) => {
      const text = helpOf.get(command) ?? "";
      const lines = text.split("\nExamples:\n")[1]?.trimEnd().split("\n") ?? [];
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const words = line
          .trim()
          .replace(/^.*\btsuki (?=completion)/, "tsuki ")
          .split(" ");
        expect(words.slice(0, 1 + command.split(" ").length).join(" ")).toBe(`tsuki ${command}`);
        const own = optionsOf(words.slice(1)).filter((option) => option !== "-it");
        for (const option of own) expect(text).toMatch(new RegExp(`[ ,]${option}[ ,]`));
      }
    },
  );

  it.each(commands)("has its options of %s in docs/cli.md, and no others", (command) => {
    const section = read("docs/cli.md")
      .split(/^## /m)
      .find((part) => part.startsWith(`tsuki ${command}\n`));
    const documented = [...(section ?? "").matchAll(/`(--[a-z]+)/g)].map(([, name]) => name);
    const offered = [...(helpOf.get(command) ?? "").matchAll(/^ +(?:-\w, )?(--[a-z]+)/gm)];
    const names = offered.map(([, name]) => name).filter((name) => name !== "--help");
    expect(new Set(documented)).toEqual(new Set(names));
  });

  it("is described in docs/cli.md whole", () => {
    const listed = (...of: string[]) =>
      [...help(...of).matchAll(/^ {2}([a-z]+) .*\[options\]/gm)].map(([, name = ""]) => name);
    const grouped = groups.flatMap((group) => listed(group).map((name) => `${group} ${name}`));
    expect(new Set([...listed(), ...grouped])).toEqual(new Set(commands));
  });
});
