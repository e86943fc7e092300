/** Which monitor runs an image here, and why. */
import { TsukiError } from "../contracts/errors.ts";
import { type MonitorName, monitorNames } from "../monitors/interface.ts";
import type { Accelerator } from "../monitors/qemu/command.ts";
import type { KvmReport } from "../monitors/qemu/kvm.ts";

/** What the choice depends on; KVM is asked for only when it matters. */
export interface MonitorHost {
  /** `process.platform`. */
  readonly system: string;
  /** `process.arch`. */
  readonly architecture: string;
  readonly hasQemu: boolean;
  readonly kvm: () => Promise<KvmReport>;
  /** What of the host the app is given that no virtual machine has yet; empty: nothing. */
  readonly sharesWithHost: string;
}

/** The monitor to use and one line that says so. */
export interface MonitorChoice {
  readonly name: MonitorName;
  /** What executes the guest, where the monitor is `qemu`. */
  readonly accelerator: Accelerator;
  /** What this is and why; empty when the user chose it and it is just that. */
  readonly notice: string;
}

/** Chooses for the user, or follows the user's choice. Throws `monitor-missing`. */
export async function chooseMonitor(
  requested: MonitorName | undefined,
  host: MonitorHost,
): Promise<MonitorChoice> {
  const { sharesWithHost } = host;
  if ((requested === "qemu" || requested === "solo5") && sharesWithHost !== "") {
    throw new TsukiError(
      "usage",
      `${requested === "qemu" ? "virtual machines" : "guests of Solo5's"} have no ${sharesWithHost}; ${adviceFor(requested, sharesWithHost)}use --monitor process`,
    );
  }
  if (requested === "qemu") return await chooseQemu(host);
  if (requested === "node") return { name: "node", accelerator: "tcg", notice: "" };
  if (requested === "solo5") return { name: "solo5", accelerator: "tcg", notice: "" };
  const runsLinux = host.system === "linux" && host.architecture === "x64";
  const here = `${host.system} on ${host.architecture}`;
  if (requested === "process") {
    if (runsLinux) return { name: "process", accelerator: "tcg", notice: "" };
    throw new TsukiError(
      "monitor-missing",
      `the monitor process needs Linux on x86-64, and this is ${here}; use --monitor node`,
    );
  }
  const mayBeMachine = host.hasQemu && runsLinux && sharesWithHost === "";
  const kvm = mayBeMachine ? await host.kvm() : undefined;
  if (kvm?.isUsable === true) {
    return {
      name: "qemu",
      accelerator: "kvm",
      notice: "running in a virtual machine (QEMU, KVM)",
    };
  }
  const noMachine = kvm === undefined ? whyNotAsked(sharesWithHost) : `KVM ${kvm.reason}`;
  if (runsLinux) {
    const notice = `running as a sealed process, which is not a VM: ${noMachine}`;
    return { name: "process", accelerator: "tcg", notice };
  }
  const notice = `running in Node, neither in a VM nor sealed: this is ${here}`;
  return { name: "node", accelerator: "tcg", notice };
}

function whyNotAsked(sharesWithHost: string): string {
  if (sharesWithHost === "") return "QEMU is not installed";
  return `virtual machines have no ${sharesWithHost}`;
}

/** What a virtual machine has in the place of folders. */
function adviceFor(requested: MonitorName, sharesWithHost: string): string {
  const hasDisks = requested === "qemu" && sharesWithHost.startsWith("folders");
  return hasDisks ? "give them a disk (tsuki volume create --size 64m NAME), or " : "";
}

async function chooseQemu(host: MonitorHost): Promise<MonitorChoice> {
  // Without QEMU the launch fails with what to install; there is nothing to test then.
  if (!host.hasQemu) return { name: "qemu", accelerator: "tcg", notice: "" };
  const kvm: KvmReport =
    host.architecture === "x64" && host.system === "linux"
      ? await host.kvm()
      : { isUsable: false, reason: "exists on Linux only" };
  if (kvm.isUsable) return { name: "qemu", accelerator: "kvm", notice: "" };
  const notice = `running in a virtual machine that QEMU emulates (TCG, slow): KVM ${kvm.reason}`;
  return { name: "qemu", accelerator: "tcg", notice };
}

/** Reads a monitor's name as the user typed it. */
export function parseMonitorName(text: string): MonitorName {
  const name = monitorNames.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  throw new TsukiError("usage", `no monitor named ${text}; there are ${monitorNames.join(", ")}`);
}
