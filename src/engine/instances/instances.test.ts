import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TsukiError } from "../../contracts/errors.ts";
import { KeyFilter } from "./attach.ts";
import { parseEvent } from "./events.ts";
import { parseInstanceRecord } from "./instance-record.ts";
import { instanceState, parseSupervisorState } from "./instance-state.ts";
import { followLog, type LogLine, parseLogLine, readLog } from "./log-file.ts";

const running = "status=running\npid=12\nstarted=1795242658759550330\nrestarts=1\nlost=0\n";
const exited = `${running.replace("running", "exited")}finished=1795242659000000000\nexit=3\n`;

describe("an instance's state", () => {
  it("is created before it was ever started", () => {
    expect(instanceState(undefined, false)).toMatchObject({ status: "created", pid: 0 });
  });

  it("is what its supervisor says while that lives", () => {
    expect(instanceState(running, true)).toMatchObject({
      status: "running",
      pid: 12,
      startedMs: 1_795_242_658_759,
      restarts: 1,
      exitStatus: undefined,
    });
  });

  it("keeps the status of its end", () => {
    expect(instanceState(exited, false)).toMatchObject({
      status: "exited",
      exitStatus: 3,
      finishedMs: 1_795_242_659_000,
      reason: "",
    });
  });

  it("is an end by force when the supervisor is gone and has not said so", () => {
    expect(instanceState(running, false)).toMatchObject({
      status: "exited",
      exitStatus: 137,
      reason: "its supervisor was killed, or the host restarted",
    });
  });

  it("is made of nothing else, whatever the file says", () => {
    const line = fc.oneof(fc.constantFrom(...exited.split("\n")), fc.string());
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, lives) => {
        const state = instanceState(lines.join("\n"), lives);
        expect(["created", "running", "paused", "restarting", "exited"]).toContain(state.status);
      }),
    );
    expect(parseSupervisorState("status=running\npid=-1\n")).toBeUndefined();
  });
});

describe("an instance's record", () => {
  it.each(["", "{", "[]", '{"version":2}'])("%j is refused in one line", (text) => {
    expect(() => parseInstanceRecord(text, "instance.json")).toThrow(/^instance\.json: [^\n]+$/);
  });

  it("is a record or a named error, whatever the file says", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          parseInstanceRecord(text, "instance.json");
        } catch (error) {
          expect(error).toBeInstanceOf(TsukiError);
        }
      }),
    );
  });
});

const time = "2026-01-02T03:04:05.000000006Z";

describe("the keys by which one leaves", () => {
  it.each([
    [["ab", "\u0010\u0011c"], "ab", true],
    [["a\u0010", "\u0011"], "a", true],
    [["\u0010\u0010\u0011"], "\u0010", true],
    [["\u0010x\u0011"], "\u0010x\u0011", false],
    [["\u0010"], "", false],
  ])("are found in %j", (pieces, passed, isDetached) => {
    const keys = new KeyFilter();
    const results = pieces.map((piece) => keys.push(Buffer.from(piece)));
    expect(results.map(({ rest }) => rest.toString()).join("")).toBe(passed);
    expect(results.at(-1)?.isDetached).toBe(isDetached);
  });

  it("are all that is kept back", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        const keys = new KeyFilter();
        const results = pieces.map((piece) => keys.push(piece));
        if (results.some(({ isDetached }) => isDetached)) return;
        const passed = Buffer.concat(results.map(({ rest }) => rest));
        const given = Buffer.concat(pieces);
        expect(passed).toEqual(given.subarray(0, passed.length));
        expect(given.length - passed.length).toBeLessThan(2);
      }),
    );
  });
});

describe("an event", () => {
  it("has a name for what happened, and values", () => {
    const id = "a".repeat(64);
    expect(parseEvent(`${time} ${id} rename before=a%20b name=c`)).toEqual({
      time,
      id,
      action: "rename",
      attributes: { before: "a b", name: "c" },
    });
  });

  it("is one or nothing, whatever the line says", () => {
    const words = fc.constantFrom(time, "a".repeat(64), "die", "exit=1", " ", "=", "%");
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())), (pieces) => {
        const event = parseEvent(pieces.join(" "));
        expect(event === undefined || event.id.length === 64).toBe(true);
      }),
    );
  });
});

const line = (text: string, tag = "F"): string => `${time} stdout ${tag} ${text}\n`;

describe("a log", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tsuki-log-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const textsOf = (lines: Iterable<LogLine>): string[] => [...lines].map(({ text }) => text);

  it("is read from the oldest file to the newest, without what a power cut left", () => {
    writeFileSync(join(folder, "log.2"), line("one"));
    writeFileSync(join(folder, "log.1"), line("two", "P"));
    writeFileSync(join(folder, "log"), `${line("three")}half a rec`);
    expect(textsOf(readLog(folder))).toEqual(["one", "two", "three"]);
  });

  it("is followed over a rotation until the instance has ended", async () => {
    writeFileSync(join(folder, "log"), line("one"));
    let end: () => void = () => undefined;
    const ended = new Promise<void>((settle) => {
      end = settle;
    });
    const texts: string[] = [];
    for await (const { text } of followLog(folder, ended)) {
      texts.push(text);
      if (text === "one") {
        appendFileSync(join(folder, "log"), line("two"));
        renameSync(join(folder, "log"), join(folder, "log.1"));
        writeFileSync(join(folder, "log"), line("three"));
      }
      if (text === "three") end();
    }
    expect(texts).toEqual(["one", "two", "three"]);
  });

  it("has records of one form only", () => {
    expect(parseLogLine(line("a b", "P").trimEnd())).toEqual({
      time,
      stream: "stdout",
      isWhole: false,
      text: "a b",
    });
    fc.assert(
      fc.property(fc.string(), (text) => {
        const record = parseLogLine(text);
        expect(record === undefined || record.time.length === 30).toBe(true);
      }),
    );
  });
});
