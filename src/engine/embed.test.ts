import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packTree } from "../image/embedded-tree.ts";
import { embedTree, parseEmbed, splitTree, withTree } from "./embed.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-embed-"));
  mkdirSync(join(folder, "public", "sub"), { recursive: true });
  writeFileSync(join(folder, "public", "a"), "A");
  writeFileSync(join(folder, "secret"), "S");
});
afterEach(() => rmSync(folder, { recursive: true }));

const embed = (text: string): Uint8Array => embedTree([parseEmbed(text)], folder);
const file = (path: string, content: string) => ({ path, bytes: Buffer.from(content) });

describe("what --embed names", () => {
  it.each([
    ["public", { source: "public", target: "/" }],
    ["./public:/srv", { source: "./public", target: "/srv" }],
    ["a:b:/c", { source: "a:b", target: "/c" }],
  ])("%s is a source and a target", (text, expected) => {
    expect(parseEmbed(text)).toEqual(expected);
  });

  it.each(["", ":/srv"])("%j is malformed", (text) => {
    expect(() => parseEmbed(text)).toThrow(/malformed; write/);
  });
});

describe("embedding", () => {
  it("takes a folder with what is in it, or one file", () => {
    expect(embed("public:/srv")).toEqual(packTree([file("srv/a", "A")], ["srv/sub"]));
    expect(embed("secret:/etc/secret")).toEqual(packTree([file("etc/secret", "S")]));
  });

  it("follows links that stay inside", () => {
    symlinkSync("a", join(folder, "public", "b"));
    symlinkSync("sub", join(folder, "public", "other"));
    const files = [file("a", "A"), file("b", "A")];
    expect(embed("public")).toEqual(packTree(files, ["sub", "other"]));
  });

  it.each([
    ["../secret", /cannot embed public\/link: it is a symbolic link that leads out/],
    [".", /cannot embed public\/link: it is a symbolic link to a directory above it/],
    ["nowhere", /cannot embed public\/link: it is not there/],
  ])("refuses a link to %s", (target, message) => {
    symlinkSync(target, join(folder, "public", "link"));
    expect(() => embed("public")).toThrow(message);
  });

  it("says what is not there", () => {
    expect(() => embed("missing:/srv")).toThrow("cannot embed missing: it is not there");
  });

  it("adds a section to a module, which stays valid", () => {
    const app = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const tree = embed("public");
    const module = new WebAssembly.Module(withTree(app, tree));
    const [section = new ArrayBuffer(0)] = WebAssembly.Module.customSections(module, "tsuki.files");
    expect(new Uint8Array(section)).toEqual(tree);
  });
});

describe("a module that carries files", () => {
  const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const tree = Uint8Array.from({ length: 300 }, (_, index) => index);

  it("is split into what was joined", () => {
    expect(splitTree(Uint8Array.from(withTree(module, tree)))).toEqual({ app: module, tree });
  });

  it("is not mistaken for one that carries none, whatever its bytes", () => {
    expect(splitTree(module)).toEqual({ app: module, tree: undefined });
    const named = Uint8Array.of(...module, 0, 3, 2, 0x61, 0x62);
    for (let length = 0; length <= named.length; length++) {
      expect(splitTree(named.subarray(0, length)).tree).toBeUndefined();
    }
  });
});
