import { describe, expect, test } from "vitest";
import { parseAbilities } from "./abilities.ts";
import type { Finding } from "./finding.ts";
import type { HostFiles } from "./host-files.ts";
import { probeLinux } from "./linux-probes.ts";

function probe(
  name: string,
  files: Readonly<Record<string, string>>,
  changes: Partial<HostFiles> = {},
): Finding {
  const host: HostFiles = {
    read: (path) => files[path],
    device: () => "absent",
    isWritable: () => false,
    abilities: () => parseAbilities(""),
    ...changes,
  };
  const finding = probeLinux(host).find((candidate) => candidate.name === name);
  if (finding === undefined) throw new Error(`no finding ${name}`);
  return finding;
}

const limits = (value: string) => ({
  "/proc/self/limits": `Limit  Soft Limit  Hard Limit  Units\nMax address space  ${value}  x  bytes\n`,
});

describe("what a Linux kernel offers", () => {
  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    [
      "seccomp",
      { "/proc/sys/kernel/seccomp/actions_avail": "kill_process errno" },
      "yes",
      /filters/,
    ],
    ["seccomp", {}, "no", /no filters/],
    ["user namespaces", { "/proc/sys/user/max_user_namespaces": "100" }, "yes", /100/],
    ["user namespaces", {}, "no", /none/],
    [
      "user namespaces",
      {
        "/proc/sys/user/max_user_namespaces": "100",
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n",
      },
      "partly",
      /AppArmor/,
    ],
    ["address space", limits("unlimited"), "yes", /unlimited/],
    ["address space", limits("4294967296"), "partly", /4\.0 GiB/],
    ["cgroups", { "/proc/self/cgroup": "4:memory:/x\n" }, "partly", /version 1 only/],
    [
      "cgroups",
      { "/sys/fs/cgroup/cgroup.controllers": "cpu memory\n", "/proc/self/cgroup": "0::/u\n" },
      "partly",
      /version 2 \(cpu memory\), not delegated/,
    ],
    ["cgroups", {}, "no", /none/],
  ])("%s from %j: %s", (name, files, offers, found) => {
    const finding = probe(name, files);
    expect(finding.offers).toBe(offers);
    expect(finding.found).toMatch(found);
  });

  test("a cgroup of one's own is delegated", () => {
    const files = {
      "/sys/fs/cgroup/cgroup.controllers": "memory\n",
      "/proc/self/cgroup": "0::/user/me\n",
    };
    const isWritable = (path: string) => path === "/sys/fs/cgroup/user/me/cgroup.procs";
    expect(probe("cgroups", files, { isWritable }).offers).toBe("yes");
  });

  test.each([
    ["", "no", "namespaces: none; no Landlock"],
    ["landlock 0\nuser no\nmnt no\n", "no", "namespaces: none; no Landlock"],
    ["user yes\nmnt yes\nlandlock 4\n", "partly", "namespaces: user, mnt; Landlock 4"],
    [
      "user yes\nmnt yes\npid yes\nnet yes\nipc yes\nuts yes\nlandlock 7\n",
      "yes",
      "namespaces: user, mnt, pid, net, ipc, uts; Landlock 7",
    ],
  ])("isolation, where trying it says %j: %s", (said, offers, found) => {
    const finding = probe("isolation", {}, { abilities: () => parseAbilities(said) });
    expect(finding).toMatchObject({ offers, found });
  });

  test.each([
    ["open", "yes"],
    ["denied", "no"],
    ["absent", "no"],
  ] as const)("a tap device that is %s: %s", (state, offers) => {
    expect(probe("tap devices", {}, { device: () => state }).offers).toBe(offers);
  });
});
