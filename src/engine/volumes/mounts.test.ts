import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TsukiError } from "../../contracts/errors.ts";
import { parseMount, parseVolumeMount } from "./mounts.ts";

const volume = { kind: "volume", source: "data", target: "/srv", isReadOnly: false };
const folder = { kind: "bind", source: "/project/data", target: "/srv", isReadOnly: false };

describe("what is to be mounted", () => {
  it.each([
    ["data:/srv", volume],
    ["data:/srv:ro", { ...volume, isReadOnly: true }],
    ["./data:/srv", folder],
    ["/project/data:/srv:rw", folder],
    ["a/b:/srv", { ...folder, source: "/project/a/b" }],
  ])("-v %s", (text, mount) => {
    expect(parseVolumeMount(text, "/project")).toEqual(mount);
  });

  it.each([
    ["data:/srv", folder],
    ["type=volume,source=data,target=/srv", volume],
    ["source=data,destination=/srv,readonly", { ...volume, isReadOnly: true }],
    ["type=bind,src=data,dst=/srv", folder],
    ["type=disk,source=data,target=/srv", { ...volume, isDisk: true }],
    ["type=disk,source=./data,target=/srv,ro", { ...folder, kind: "disk", isReadOnly: true }],
    ["type=bind,src=data,dst=/srv,ro=false", folder],
  ])("--mount %s", (text, mount) => {
    expect(parseMount(text, "/project")).toEqual(mount);
  });

  it.each([
    "",
    "data",
    "data:srv",
    "type=tmpfs,target=/srv",
    "type=volume,source=../data,target=/srv",
    "type=volume,source=data,source=more,target=/srv",
    "type=bind,source=,target=/srv",
    "source=data,target=/srv,size=1",
  ])("--mount %j is refused in one line", (text) => {
    expect(() => parseMount(text, "/project")).toThrow(
      /^--mount [^\n]* is malformed; write [^\n]+$/,
    );
  });

  it("is read or refused, whatever it says", () => {
    const word = fc.constantFrom(
      "type",
      "=",
      ",",
      ":",
      "/",
      "volume",
      "source",
      "target",
      "x",
      "ro",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(parseMount, parseVolumeMount), (words, parse) => {
        try {
          const mount = parse(words, "/project");
          expect(mount.target).toMatch(/^\//);
          expect(mount.source).not.toBe("");
        } catch (error) {
          expect(error).toBeInstanceOf(TsukiError);
        }
      }),
    );
  });
});
