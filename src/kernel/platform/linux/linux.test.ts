import { describe, expect, it } from "vitest";
import { appBase } from "../../../contracts/machine-interface.ts";
import { wasiErrors } from "../../../contracts/wasi-preview1.ts";
import { LinuxProcess } from "./linux.fixture.ts";

const names = new Map([
  [9, "mmap"],
  [13, "rt_sigaction"],
  [20, "writev"],
  [39, "getpid"],
  [131, "sigaltstack"],
  [157, "prctl"],
  [231, "exit_group"],
  [271, "ppoll"],
  [317, "seccomp"],
]);

function callNames(instance: LinuxProcess): string[] {
  return instance.calls.map(({ number }) => names.get(number) ?? String(number));
}

describe("boot in a Linux process", () => {
  it("maps, handles faults and seals itself with five system calls", () => {
    const instance = new LinuxProcess(["app"], []);
    expect(instance.boot()).toBe(0);
    expect(callNames(instance)).toEqual([
      "mmap",
      "sigaltstack",
      "rt_sigaction",
      "prctl",
      "seccomp",
      "exit_group",
    ]);
    expect(instance.calls[0]?.values.slice(0, 2)).toEqual([appBase, 65_536n]);
  });

  const first = "as the first process of a container";
  const ending = [1n, 2n, 3n, 10n, 12n, 15n];
  const isolated = ["TSUKI_ISOLATION=auto"];
  it.each([
    [`can be ended ${first}`, { canWait: 1 }, [], 1n, [11n, ...ending]],
    ["is ended by the host elsewhere", { canWait: 1 }, [], 2n, [11n]],
    [`comes to its end ${first} when it never waits`, { canWait: 0 }, [], 1n, [11n]],
    [`can be ended ${first} that was made for it`, {}, isolated, 1n, [11n, ...ending]],
  ])("%s", (_, config, variables, process, signals) => {
    const instance = new LinuxProcess([], variables, config);
    instance.results.set(39, [process]);
    instance.boot();
    const handled = instance.calls.filter(({ number }) => number === 13);
    expect(handled.map(({ values }) => values[0])).toEqual(signals);
  });

  it("maps only what the executable's segments leave out", () => {
    const image = { appImageOffset: 4096, appImageLength: 8192, appImageStart: 0 };
    const instance = new LinuxProcess([], [], image);
    instance.boot();
    const mapped = instance.calls.filter(({ number }) => number === 9);
    expect(mapped.map(({ values }) => values.slice(0, 2))).toEqual([
      [appBase, 4096n],
      [appBase + 12_288n, 65_536n - 12_288n],
    ]);
  });

  it.each([
    [9, /^tsuki: the address-space limit \(ulimit -v\) leaves no room for the app's 64 KiB/],
    [131, /^tsuki: this host refuses to seal the process/],
    [157, /^tsuki: this host refuses to seal the process/],
    [317, /^tsuki: this host refuses to seal the process/],
  ])("says in one line that system call %i failed, and ends with 125", (number, message) => {
    const instance = new LinuxProcess([], []);
    instance.results.set(number, [-12n]);
    expect(instance.boot()).toBe(125);
    expect(instance.output[2]).toMatch(message);
    expect(instance.output[2]?.split("\n")).toHaveLength(2);
  });
});

describe("a Linux process", () => {
  it("gives arguments and environment as the host laid them out", () => {
    const instance = new LinuxProcess(["app", "", "größe"], ["A=1", "B=2"]);
    instance.boot();
    expect(instance.call("args_sizes_get", 0, 4)).toBe(0);
    expect(instance.appView.getUint32(0, true)).toBe(3);
    expect(instance.appView.getUint32(4, true)).toBe(13);
    expect(instance.call("environ_sizes_get", 0, 4)).toBe(0);
    expect(instance.appView.getUint32(4, true)).toBe(8);
    expect(instance.call("environ_get", 16, 64)).toBe(0);
    const bytes = instance.machine.appMemory.bytes().slice(64, 72);
    expect(new TextDecoder().decode(bytes)).toBe("A=1\0B=2\0");
    expect(instance.appView.getUint32(20, true)).toBe(68);
  });

  it("writes from the app's own buffers in one call, sixteen at most, and tries again", () => {
    const instance = new LinuxProcess([], []);
    instance.boot();
    instance.machine.appMemory.bytes().set(new TextEncoder().encode("x"), 1024);
    for (let index = 0; index < 40; index++) {
      instance.appView.setUint32(2048 + index * 8, 1024, true);
      instance.appView.setUint32(2052 + index * 8, index % 2, true);
    }
    instance.results.set(20, [-4n, -11n]);
    expect(instance.call("fd_write", 1, 2048, 40, 32)).toBe(0);
    expect(instance.output[1]).toBe("x".repeat(16));
    expect(instance.appView.getUint32(32, true)).toBe(16);
    expect(callNames(instance).slice(-4)).toEqual(["writev", "writev", "ppoll", "writev"]);
  });

  it.each([
    [-32n, wasiErrors.pipe],
    [-9n, wasiErrors.badf],
    [-28n, wasiErrors.nospc],
    [-5n, wasiErrors.io],
    [-71n, wasiErrors.io],
  ])("turns the host's error %i into WASI's %i", (result, error) => {
    const instance = new LinuxProcess([], []);
    instance.boot();
    instance.appView.setUint32(2052, 1, true);
    instance.results.set(20, [result]);
    expect(instance.call("fd_write", 1, 2048, 1, 32)).toBe(error);
  });

  it("grows the app's memory by mapping, and reports what the host refuses", () => {
    const instance = new LinuxProcess([], []);
    instance.boot();
    expect(instance.call("memoryGrow", 2)).toBe(1);
    expect(instance.calls.at(-1)?.values.slice(0, 2)).toEqual([appBase + 65_536n, 131_072n]);
    instance.results.set(9, [-12n]);
    expect(instance.call("memoryGrow", 1)).toBe(-1);
    expect(instance.call("memoryGrow", -1)).toBe(-1);
    expect(instance.call("memoryGrow", 0)).toBe(1);
  });
});
