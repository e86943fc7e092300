/** Programs and packages that Tsuki uses when they are there. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findQemu, installQemu } from "../../monitors/qemu/find-qemu.ts";
import {
  assemblyScriptPackage,
  clangPackage,
  installCommand,
  packageFinder,
  packagePrefix,
} from "../../toolchains/packages.ts";
import type { PackageRequest } from "../../toolchains/toolchain.ts";
import type { Cache } from "../cache.ts";
import type { Finding } from "./finding.ts";
import { findKvm } from "./kvm-memory.ts";

const execute = promisify(execFile);

/** QEMU and its version. */
export async function probeQemu(environment: NodeJS.ProcessEnv): Promise<Finding> {
  const qemu = findQemu(environment);
  const base = { name: "QEMU", consequence: "", advice: "" };
  if (qemu === undefined) {
    const consequence = "no virtual machines: --monitor qemu is not possible";
    return { ...base, offers: "no", found: "not in PATH", consequence, advice: installQemu };
  }
  const { stdout } = await execute(qemu.path, ["--version"], { timeout: 5_000 }).catch(() => ({
    stdout: "",
  }));
  const version = /version (\S+)/.exec(stdout)?.[1];
  if (version === undefined) return { ...base, offers: "no", found: `${qemu.path} does not start` };
  const hasQboot = qemu.qbootPath !== undefined;
  return {
    ...base,
    offers: hasQboot ? "yes" : "partly",
    found: `${version} (${qemu.path})${hasQboot ? ", with qboot" : ""}`,
    consequence: hasQboot ? "" : "without qboot, machines start some 30 ms later",
  };
}

/** Whether KVM works, by a fresh self-test. */
export async function probeKvm(cache: Cache, environment: NodeJS.ProcessEnv): Promise<Finding> {
  const base = { name: "KVM", advice: "" };
  const qemu = findQemu(environment);
  if (process.platform !== "linux") {
    const consequence = "no hardware virtual machines on this system yet";
    return { ...base, offers: "no", found: "exists on Linux only", consequence };
  }
  if (qemu === undefined) {
    return { ...base, offers: "no", found: "cannot be tested without QEMU", consequence: "" };
  }
  const report = await findKvm(cache, qemu, true);
  return {
    ...base,
    offers: report.isUsable ? "yes" : "no",
    found: report.reason,
    consequence: report.isUsable
      ? "programs run in hardware-isolated virtual machines"
      : "QEMU emulates (slow); the default is a sealed process, which is not a VM",
  };
}

/** Node's version. */
export function probeNode(): Finding {
  return {
    name: "Node",
    offers: "yes",
    found: `${process.version} on ${process.platform}, ${process.arch}`,
    consequence: "",
    advice: "",
  };
}

/** The compilers that are offered when first needed. */
export function probeToolchains(
  environment: NodeJS.ProcessEnv,
  workingDirectory: string,
): readonly Finding[] {
  const prefix = packagePrefix(environment);
  const find = packageFinder(workingDirectory, prefix);
  return [clangPackage, assemblyScriptPackage].map((request) =>
    probePackage(request, prefix, find),
  );
}

function probePackage(
  request: PackageRequest,
  prefix: string,
  find: ReturnType<typeof packageFinder>,
): Finding {
  const name = request.name;
  try {
    const { manifestPath } = find(request);
    return { name, offers: "yes", found: manifestPath, consequence: "", advice: "" };
  } catch {
    const consequence = `no ${request.purpose}; Tsuki offers to install it when it is needed`;
    const advice = installCommand(request, prefix).join(" ");
    return { name, offers: "no", found: "not installed", consequence, advice };
  }
}
