/** What the Linux kernel offers to processes that seal themselves, and to their networks. */
import { namespaceNames } from "../../contracts/isolation.ts";
import type { Finding } from "./finding.ts";
import type { HostFiles } from "./host-files.ts";

/** All probes of this file, in the order in which they are shown. */
export function probeLinux(host: HostFiles): readonly Finding[] {
  return [
    probeSeccomp(host),
    probeIsolation(host),
    probeUserNamespaces(host),
    probeAddressSpace(host),
    probeTap(host),
    probeControlGroups(host),
  ];
}

function probeSeccomp(host: HostFiles): Finding {
  const actions = host.read("/proc/sys/kernel/seccomp/actions_avail");
  const canKill = actions?.includes("kill_process") === true;
  return {
    name: "seccomp",
    offers: canKill ? "yes" : "no",
    found: canKill ? "filters, with kill_process" : "no filters that can end a process",
    consequence: canKill ? "sealed processes are possible" : "the monitor process cannot seal",
    advice: canKill ? "" : "use a Linux kernel with CONFIG_SECCOMP_FILTER (4.14 or later)",
  };
}

/** What processes have besides their seal, as trying it shows. */
function probeIsolation(host: HostFiles): Finding {
  const { namespaces, landlock } = host.abilities();
  const isAll = namespaces.length === namespaceNames.length;
  const list = namespaces.length === 0 ? "none" : namespaces.join(", ");
  const hasBoth = isAll && landlock > 0;
  return {
    name: "isolation",
    offers: hasBoth ? "yes" : namespaces.length > 0 || landlock > 0 ? "partly" : "no",
    found: `namespaces: ${list}; ${landlock > 0 ? `Landlock ${landlock}` : "no Landlock"}`,
    consequence: hasBoth ? "" : "sealed processes do without what is missing",
    advice: "",
  };
}

function probeUserNamespaces(host: HostFiles): Finding {
  const limit = Number(host.read("/proc/sys/user/max_user_namespaces") ?? "0");
  const isForbidden = host.read("/proc/sys/kernel/unprivileged_userns_clone")?.trim() === "0";
  const isRestricted =
    host.read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")?.trim() === "1";
  const base = { name: "user namespaces", consequence: "", advice: "" };
  if (limit > 0 && !isForbidden && !isRestricted) {
    return { ...base, offers: "yes", found: `up to ${limit}` };
  }
  const found =
    limit === 0 ? "none" : isForbidden ? "for root only" : "restricted to profiles by AppArmor";
  const consequence = "rootless networks and mounts will need another way";
  return { ...base, offers: limit === 0 ? "no" : "partly", found, consequence };
}

/** The app's reservation (4 GiB and a guard) and the kernel's window, in bytes. */
const reservationBytes = 9 * 1024 ** 3;

function probeAddressSpace(host: HostFiles): Finding {
  const line = /^Max address space\s+(\S+)/m.exec(host.read("/proc/self/limits") ?? "");
  const limit = line?.[1] ?? "unlimited";
  const isEnough = limit === "unlimited" || Number(limit) >= reservationBytes;
  const shown = limit === "unlimited" ? limit : `${(Number(limit) / 1024 ** 3).toFixed(1)} GiB`;
  return {
    name: "address space",
    offers: isEnough ? "yes" : "partly",
    found: shown,
    consequence: isEnough ? "" : "images reserve fewer addresses (not memory); large apps may fail",
    advice: isEnough ? "" : "raise the limit: ulimit -v unlimited",
  };
}

function probeTap(host: HostFiles): Finding {
  const state = host.device("/dev/net/tun");
  const found = {
    open: "/dev/net/tun can be opened",
    denied: "/dev/net/tun is closed to you",
    absent: "no /dev/net/tun",
  };
  return {
    name: "tap devices",
    offers: state === "open" ? "yes" : "no",
    found: found[state],
    consequence: state === "open" ? "" : "networks will use the host's sockets",
    advice: "",
  };
}

function probeControlGroups(host: HostFiles): Finding {
  const base = { name: "cgroups", consequence: "", advice: "" };
  const controllers = host.read("/sys/fs/cgroup/cgroup.controllers");
  const own = host.read("/proc/self/cgroup") ?? "";
  if (controllers === undefined) {
    const isFirst = own.split("\n").some((line) => /^\d+:[^:]+:/.test(line));
    const consequence = "memory of sealed processes can only be counted, not bounded";
    const found = isFirst ? "version 1 only" : "none";
    return { ...base, offers: isFirst ? "partly" : "no", found, consequence };
  }
  const path = /^0::(.*)$/m.exec(own)?.[1] ?? "/";
  const isDelegated = host.isWritable(`/sys/fs/cgroup${path}/cgroup.procs`);
  const list = controllers.trim() === "" ? "no controllers" : controllers.trim();
  return isDelegated
    ? { ...base, offers: "yes", found: `version 2 (${list}), delegated to you` }
    : { ...base, offers: "partly", found: `version 2 (${list}), not delegated to you` };
}
