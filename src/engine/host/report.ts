/** What this host offers to Tsuki, and what follows. */
import { Cache, cacheFolder } from "../cache.ts";
import { chooseMonitor } from "../choose-monitor.ts";
import type { Finding } from "./finding.ts";
import { thisHost } from "./host-files.ts";
import { probeLinux } from "./linux-probes.ts";
import { probeKvm, probeNode, probeQemu, probeToolchains } from "./tool-probes.ts";

export type { Finding } from "./finding.ts";

/** All findings, and in one line what `tsuki run` will do here. */
export interface HostReport {
  readonly findings: readonly Finding[];
  readonly conclusion: string;
}

/** Looks at the host; nothing is changed, and a guest of a few bytes is run to test KVM. */
export async function examineHost(
  environment: NodeJS.ProcessEnv,
  workingDirectory: string,
): Promise<HostReport> {
  const cache = new Cache(cacheFolder(environment));
  const [kvm, qemu] = await Promise.all([probeKvm(cache, environment), probeQemu(environment)]);
  const findings = [
    kvm,
    qemu,
    ...(process.platform === "linux" ? probeLinux(thisHost) : []),
    probeNode(),
    ...probeToolchains(environment, workingDirectory),
  ];
  const { notice } = await chooseMonitor(undefined, {
    system: process.platform,
    architecture: process.arch,
    hasQemu: qemu.offers !== "no",
    sharesWithHost: "",
    kvm: async () => ({ isUsable: kvm.offers === "yes", reason: kvm.found }),
  });
  return { findings, conclusion: `tsuki run, without --monitor: ${notice}` };
}
