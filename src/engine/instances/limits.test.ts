import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeGroups, removeGroups, wasOutOfMemory } from "./limits.ts";

const id = "a".repeat(64);
const limits = { processors: 1.5, memoryBytes: 64 << 20 };

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tsuki-groups-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A file as control groups have it. */
function put(path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");

describe("control groups", () => {
  it("are one folder with version 2, to which controllers are handed down", () => {
    put("cgroup.controllers", "cpuset cpu io memory pids\n");
    put("cgroup.subtree_control", "");
    const groups = makeGroups(id, limits, { root, ownGroups: "0::/\n" });
    expect(groups).toEqual([join(root, "tsuki", id)]);
    expect(read("tsuki", id, "cpu.max")).toBe("150000 100000");
    expect(read("tsuki", id, "memory.max")).toBe("67108864");
    expect(read("cgroup.subtree_control")).toBe("+memory");
  });

  it("are a folder for each controller with version 1, also beside an empty version 2", () => {
    put("unified/cgroup.controllers", "hugetlb\n");
    put("cpu/cgroup.procs", "");
    put("memory/cgroup.procs", "");
    const groups = makeGroups(id, limits, { root, ownGroups: "4:memory:/x\n0::/\n" });
    expect(groups).toEqual(["cpu", "memory"].map((name) => join(root, name, "tsuki", id)));
    expect(read("cpu", "tsuki", id, "cpu.cfs_quota_us")).toBe("150000");
    expect(read("memory", "tsuki", id, "memory.limit_in_bytes")).toBe("67108864");
  });

  it("are the user's own where systemd has delegated them", () => {
    const own = "user.slice/user-1000.slice/user@1000.service";
    put(`${own}/cgroup.controllers`, "cpu memory\n");
    const ownGroups = `0::/${own}/app.slice/run-1.scope\n`;
    const groups = makeGroups(id, { processors: 0.001 }, { root, ownGroups });
    expect(groups).toEqual([join(root, own, "tsuki", id)]);
    expect(read(own, "tsuki", id, "cpu.max")).toBe("1000 100000");
    rmSync(join(root, own, "tsuki", id, "cpu.max"));
    removeGroups(id, { root, ownGroups });
    expect(existsSync(join(root, own, "tsuki", id))).toBe(false);
  });

  it("are said to be missing where there are none, and not looked for without limits", () => {
    const host = { root, ownGroups: "" };
    expect(() => makeGroups(id, limits, host)).toThrow("limits need the control group of cpu");
    expect(makeGroups(id, {}, host)).toEqual([]);
  });

  it.each([
    ["memory.events", "low 0\noom 1\noom_kill 1\n", true],
    ["memory.events", "low 0\noom 0\noom_kill 0\n", false],
    ["memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", true],
  ])("tell by %s whether memory ran out", (name, text, expected) => {
    put(join("memory", "tsuki", id, name), text);
    expect(wasOutOfMemory(id, { root, ownGroups: "" })).toBe(expected);
  });
});
