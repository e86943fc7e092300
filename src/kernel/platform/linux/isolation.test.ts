/** What a process asks of a host that is a script, to be kept from it. */
import { describe, expect, it } from "vitest";
import { appBase } from "../../../contracts/machine-interface.ts";
import { LinuxProcess } from "./linux.fixture.ts";

const call = {
  fstat: 5,
  mmap: 9,
  setresuid: 117,
  capset: 126,
  chroot: 161,
  pivotRoot: 155,
  mount: 165,
  unshare: 272,
  epollCreate: 291,
  closeRange: 436,
  createRuleset: 444,
  addRule: 445,
  restrictSelf: 446,
} as const;
const namespace = { mounts: 0x2_0000n, hostName: 0x400_0000n, ipc: 0x800_0000n };
const userNamespace = 0x1000_0000n;
const notPermitted = -1n;
const lastDescriptor = 0xffff_ffffn;
/** `st_mode` in `struct stat`, and S_IFREG. */
const modeOffset = 24;
const regularFile = 0o100000;

function valuesOf(instance: LinuxProcess, number: number): readonly (readonly bigint[])[] {
  return instance.calls.filter((made) => made.number === number).map(({ values }) => values);
}

function booted(
  setting: string | undefined,
  results: Readonly<Record<number, bigint[]>> = {},
): { readonly instance: LinuxProcess; readonly status: number } {
  const variables = setting === undefined ? [] : [`TSUKI_ISOLATION=${setting}`];
  const instance = new LinuxProcess(["app"], ["A=1", ...variables, "B=2"]);
  for (const [number, list] of Object.entries(results)) {
    instance.results.set(Number(number), list);
  }
  return { instance, status: instance.boot() };
}

const unshared = (instance: LinuxProcess) =>
  valuesOf(instance, call.unshare).map(([flags = 0n]) => flags);

describe("the isolation of a Linux process", () => {
  it.each([undefined, "none"])("is its seal alone with TSUKI_ISOLATION %s", (setting) => {
    const { instance, status } = booted(setting);
    expect(status).toBe(0);
    const others = [call.unshare, call.closeRange, call.capset, call.createRuleset];
    expect(others.flatMap((number) => valuesOf(instance, number))).toEqual([]);
  });

  it("is namespaces where they are asked for, of which the app is told nothing", () => {
    const { instance, status } = booted("auto");
    expect(status).toBe(0);
    expect(unshared(instance)).toEqual([namespace.mounts, namespace.ipc, namespace.hostName]);
    instance.call("environ_sizes_get", 0, 4);
    expect(instance.appView.getUint32(0, true)).toBe(2);
    instance.call("environ_get", 16, 64);
    const bytes = instance.machine.appMemory.bytes().slice(64, 72);
    expect(new TextDecoder().decode(bytes)).toBe("A=1\0B=2\0");
  });

  it("is theirs in a user namespace where there is no right to them otherwise", () => {
    const { instance } = booted("required", {
      [call.unshare]: [notPermitted],
      [call.createRuleset]: [7n],
    });
    const { mounts, ipc, hostName } = namespace;
    expect(unshared(instance)).toEqual([mounts, userNamespace, mounts, ipc, hostName]);
  });

  it("puts up with a root that cannot be left", () => {
    const { instance, status } = booted("auto", { [call.pivotRoot]: [-22n] });
    expect(status).toBe(0);
    expect(valuesOf(instance, call.chroot)).toHaveLength(1);
  });

  const landlock = { [call.createRuleset]: [7n, 3n] };
  it.each([
    ["mount namespace", { ...landlock, [call.unshare]: [notPermitted, notPermitted] }],
    ["empty root for it", { ...landlock, [call.mount]: [notPermitted] }],
    ["IPC or UTS namespace", { ...landlock, [call.unshare]: [0n, notPermitted] }],
    ["Landlock", { [call.createRuleset]: [-38n] }],
  ])("goes on without %s, unless it is required", (what, results) => {
    const copy = () => Object.fromEntries(Object.entries(results).map(([n, l]) => [n, [...l]]));
    expect(booted("auto", copy()).status).toBe(0);
    const { instance, status } = booted("required", copy());
    expect(status).toBe(125);
    expect(instance.output[2]).toMatch(
      new RegExp(`^tsuki: TSUKI_ISOLATION=required: this host has no ${what}\n$`),
    );
  });

  it.each(["", "all", "autos", "REQUIRED", "required!"])("refuses %j in one line", (setting) => {
    const { instance, status } = booted(setting);
    expect(status).toBe(125);
    expect(instance.output[2]).toBe("tsuki: TSUKI_ISOLATION is none of auto, required and none\n");
  });

  it.each([
    [1n, 8n, 0x1fffn],
    [2n, 8n, 0x3fffn],
    [3n, 8n, 0x7fffn],
    [4n, 16n, 0x7fffn],
    [5n, 16n, 0xffffn],
    [6n, 24n, 0xffffn],
    [99n, 24n, 0xffffn],
  ])("takes all rights that Landlock %i knows, and no more", (version, length, rights) => {
    const { instance } = booted("auto", { [call.createRuleset]: [version, 3n] });
    const [, [place = 0n, lengthBytes] = []] = valuesOf(instance, call.createRuleset);
    const ruleset = new DataView(instance.memory.buffer, Number(place));
    expect(lengthBytes).toBe(length);
    expect(ruleset.getBigUint64(0, true)).toBe(rights);
    expect(valuesOf(instance, call.restrictSelf)).toHaveLength(1);
  });

  it.each([
    ["TSUKI_MOUNT=/host/folder:/folder", 1, 0],
    ["TSUKI_DISK=/host/disk:/disk", 0, 1],
  ])("makes exceptions for folders, not for disks: %s", (setting, rules, changesOfUser) => {
    const instance = new LinuxProcess([], ["TSUKI_ISOLATION=auto", setting], { opensFiles: 1 });
    instance.results.set(call.epollCreate, [3n]);
    instance.results.set(call.createRuleset, [7n, 3n]);
    // The app's memory, and then none for files.
    instance.results.set(call.mmap, [appBase, notPermitted]);
    instance.effects.set(call.fstat, ([, place = 0n]) => {
      const view = new DataView(instance.memory.buffer, Number(place));
      view.setUint32(modeOffset, regularFile, true);
    });
    expect(instance.boot()).toBe(0);
    expect(valuesOf(instance, call.addRule)).toHaveLength(rules);
    expect(valuesOf(instance, call.setresuid)).toHaveLength(changesOfUser);
    expect(valuesOf(instance, call.restrictSelf)).toHaveLength(1);
  });

  it.each([
    [[], [[3n, lastDescriptor]]],
    [["TSUKI_CONTROL=3"], [[4n, lastDescriptor]]],
    [
      ["TSUKI_CONTROL=7"],
      [
        [3n, 6n],
        [8n, lastDescriptor],
      ],
    ],
  ])("closes what nothing names: %j", (variables, ranges) => {
    const instance = new LinuxProcess([], ["TSUKI_ISOLATION=auto", ...variables], { canWait: 1 });
    instance.boot();
    const closed = valuesOf(instance, call.closeRange).map((values) => values.slice(0, 2));
    expect(closed).toEqual(ranges);
  });
});
