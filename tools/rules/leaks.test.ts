import { expect, it } from "vitest";
import { SourceTree } from "../source/tree.ts";
import { formatViolation } from "../source/violation.ts";
import { checkLeaks } from "./leaks.ts";

const traces = { folders: ["/build/place", "/someone"], registryHost: "packages.example.test" };

function found(path: string, text: string): string[] {
  return checkLeaks(SourceTree.of({ [path]: text }), traces).map(formatViolation);
}

it.each([
  ["a path below", "README.md", "see /build/place/main"],
  ["the path itself", "src/a.ts", 'const home = "/someone";'],
  ["a file address", "docs/a.md", "file:///build/place/x"],
])("finds %s", (_kind, path, text) => {
  expect(found(path, `\n${text}\n`)).toEqual([
    `${path}:2 leak: an absolute path of one machine must not be committed`,
  ]);
});

it.each(["src/someone", "../someone", "a/build/place", "/someone-else", "/someones", "**/someone"])(
  "does not take %s for one",
  (text) => {
    expect(found("README.md", text)).toEqual([]);
  },
);

it("finds the registry's host", () => {
  expect(found("docs/a.md", "from https://packages.example.test/x\n")).toEqual([
    "docs/a.md:1 leak: a registry host of one machine must not be committed",
  ]);
});

it("keeps addresses out of lockfiles and settings out of .npmrc, whatever the host", () => {
  const lockfile = '{\n  "resolved": "https://registry.npmjs.org/x.tgz"\n}\n';
  expect(found("package-lock.json", lockfile)).toEqual([
    "package-lock.json:2 leak: a registry address of one machine must not be committed",
  ]);
  expect(found(".npmrc", "registry=http://localhost\n")).toHaveLength(1);
  expect(found(".npmrc", "//localhost/:_authToken=x\n")).toHaveLength(1);
  expect(found(".npmrc", "save-exact=true\n")).toEqual([]);
});

it("does not look into binary files", () => {
  expect(found("src/a.wasm", "/build/place")).toEqual([]);
});
