import { describe, expect, test } from "vitest";
import type { MonitorName } from "../monitors/interface.ts";
import { chooseMonitor, type MonitorHost } from "./choose-monitor.ts";

const usable = { isUsable: true, reason: "passed its self-test" };
const hung = { isUsable: false, reason: "present but the self-test did not finish within 500 ms" };

function host(changes: Partial<MonitorHost> = {}): MonitorHost {
  return {
    system: "linux",
    architecture: "x64",
    hasQemu: true,
    kvm: async () => hung,
    sharesWithHost: "",
    ...changes,
  };
}

describe("without a request", () => {
  test.each<[string, Partial<MonitorHost>, string, RegExp]>([
    ["QEMU and KVM", { kvm: async () => usable }, "qemu kvm", /virtual machine \(QEMU, KVM\)/],
    [
      "a KVM that hangs",
      {},
      "process tcg",
      /not a VM: KVM present but the self-test did not finish/,
    ],
    [
      "an app with folders",
      { kvm: async () => usable, sharesWithHost: "folders of the host" },
      "process tcg",
      /not a VM: virtual machines have no folders of the host$/,
    ],
    ["no QEMU", { hasQemu: false }, "process tcg", /sealed process, .* not a VM: QEMU is not inst/],
    ["macOS", { system: "darwin", architecture: "arm64" }, "node tcg", /Node, neither in a VM nor/],
    ["Linux on ARM", { architecture: "arm64" }, "node tcg", /this is linux on arm64/],
  ])("%s: %s", async (_name, changes, expected, notice) => {
    const choice = await chooseMonitor(undefined, host(changes));
    expect(`${choice.name} ${choice.accelerator}`).toBe(expected);
    expect(choice.notice).toMatch(notice);
  });

  test("only a VM is called one", async () => {
    const { notice } = await chooseMonitor(undefined, host());
    expect(notice).not.toMatch(/running in a virtual machine/);
  });
});

describe("with a request", () => {
  test("a virtual machine with what it has not is refused", async () => {
    const choice = chooseMonitor("qemu", host({ sharesWithHost: "folders of the host" }));
    await expect(choice).rejects.toThrow(
      /no folders of the host; give them a disk .*or use --monitor process/,
    );
  });

  test.each<[MonitorName, Partial<MonitorHost>, string, RegExp]>([
    ["qemu", { kvm: async () => usable }, "qemu kvm", /^$/],
    ["qemu", {}, "qemu tcg", /QEMU emulates \(TCG, slow\): KVM present but/],
    ["qemu", { system: "darwin" }, "qemu tcg", /KVM exists on Linux only/],
    ["process", {}, "process tcg", /^$/],
    ["node", {}, "node tcg", /^$/],
  ])("%s: %s", async (name, changes, expected, notice) => {
    const choice = await chooseMonitor(name, host(changes));
    expect(`${choice.name} ${choice.accelerator}`).toBe(expected);
    expect(choice.notice).toMatch(notice);
  });

  test("a process elsewhere than on x86-64 Linux is refused", async () => {
    await expect(chooseMonitor("process", host({ system: "darwin" }))).rejects.toThrow(
      /needs Linux on x86-64.*use --monitor node/,
    );
  });

  test("KVM is not tested when it does not matter", async () => {
    const kvm = () => Promise.reject(new Error("tested"));
    await expect(chooseMonitor("process", host({ kvm }))).resolves.toMatchObject({
      name: "process",
    });
  });
});
