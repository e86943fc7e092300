/** docs/rfc-table.md names every demand of RFC 9293, and tests that there are. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");
const rows = readFileSync(join(root, "docs", "rfc-table.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|").map((cell) => cell.trim()));

const testFiles = [
  ...readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join("src", "kernel", "net", name)),
  join("tests", "sockets.test.ts"),
];

/** Whether one of the files with this ending has a test whose title has these words. */
function hasTest(file: string, words: string): boolean {
  return testFiles
    .filter((path) => `/${path}`.endsWith(`/${file}`))
    .some((path) => readFileSync(join(root, path), "utf8").includes(words));
}

/** `MUST-1, 2, 4 to 6` as single labels. */
function labels(cell: string): string[] {
  return [...cell.matchAll(/(MUST|SHLD)-([\d, to]+\d|\d)/g)].flatMap(([, kind, numbers = ""]) =>
    numbers.split(", ").flatMap((part) => {
      const [first = 0, last = first] = part.split(" to ").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => `${kind}-${first + index}`);
    }),
  );
}

it("names each MUST and SHOULD of RFC 9293 once", () => {
  const numbered = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
  const named = rows.flatMap(([, cell = ""]) => labels(cell));
  expect(named.toSorted()).toEqual([...numbered("MUST", 69), ...numbered("SHLD", 31)].toSorted());
});

it("names tests that there are", () => {
  const missing = rows.flatMap((cells) => {
    const proof = cells.at(-2) ?? "";
    let file = "";
    return [...proof.matchAll(/([\w/.-]+\.test\.ts)(?!\))|"([^"]+?)(?: \.\.\.)?"/g)].flatMap(
      ([, named, words = ""]) => {
        if (named !== undefined) file = named;
        return hasTest(file, words) ? [] : [`${file}: ${words}`];
      },
    );
  });
  expect(missing).toEqual([]);
});
