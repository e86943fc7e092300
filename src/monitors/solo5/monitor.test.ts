import { describe, expect, it } from "vitest";
import { guestWords } from "./command-line.ts";
import { findTender } from "./find-tender.ts";
import { solo5Monitor } from "./monitor.ts";

describe("the words of a tender's command line", () => {
  it("keep what is in them, the program's name in front of the arguments", () => {
    expect(guestWords(["two words", "", 'a"b\\c', "A=1"], ["B=2 3", "C="])).toEqual([
      "B=2\\ 3",
      "C=",
      "TSUKI_NAME=two\\ words",
      "--",
      '""',
      'a\\"b\\\\c',
      "A=1",
    ]);
  });

  it("leave variables out that no shell could have named", () => {
    expect(guestWords(["app"], ["a.b=1", "=x"])).toEqual(["TSUKI_NAME=app", "--"]);
  });

  it("are as many as the tender passes on, or refused", () => {
    // TSUKI_NAME=app, --, the argument, two blanks and a NUL.
    const room = 8192 - 14 - 2 - 2 - 1;
    expect(guestWords(["app", "x".repeat(room)], [])).toHaveLength(3);
    expect(() => guestWords(["app", "x".repeat(room + 1)], [])).toThrow(
      "arguments and variables take 8193 bytes, and solo5-spt passes 8192 on",
    );
  });
});

describe("the tender", () => {
  it("is what SOLO5_SPT names, or what PATH leads to", () => {
    expect(findTender({ SOLO5_SPT: process.execPath, PATH: "" })).toBe(process.execPath);
    expect(findTender({ SOLO5_SPT: "/nonexistent/solo5-spt", PATH: "/bin" })).toBe(undefined);
    expect(findTender({ PATH: "/nonexistent" })).toBe(undefined);
  });

  it("is missed in one line that says where to get it", async () => {
    const request = {
      imagePath: "app.spt",
      arguments: ["app"],
      environment: [],
      streams: "inherit",
      memoryMebibytes: undefined,
    } as const;
    const launched = solo5Monitor({ environment: { PATH: "" }, hostPath: "" }).launch(request);
    await expect(launched).rejects.toThrow(/^solo5-spt is not here; build it from https:.*$/);
    await expect(launched).rejects.toMatchObject({ code: "monitor-missing" });
  });
});
