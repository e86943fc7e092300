/** The KVM self-test's result, remembered until the machine boots again or QEMU changes. */
import { readFileSync, statSync } from "node:fs";
import type { FoundQemu } from "../../monitors/qemu/find-qemu.ts";
import { inspectKvmDevice, type KvmReport, testKvm } from "../../monitors/qemu/kvm.ts";
import { digestOf } from "../../toolchains/source-files.ts";
import type { Cache } from "../cache.ts";

/** Whether KVM is usable; runs the self-test if it was not run since boot, or if `isFresh`. */
export async function findKvm(cache: Cache, qemu: FoundQemu, isFresh: boolean): Promise<KvmReport> {
  const known = inspectKvmDevice();
  if (known !== undefined) return known;
  const name = `kvm-${digestOf(JSON.stringify([bootIdentity(), qemu.path, changeTime(qemu.path)]))}`;
  const remembered = isFresh ? undefined : parseReport(cache.read("host", name));
  if (remembered !== undefined) return remembered;
  const report = await testKvm(qemu);
  cache.write("host", name, Buffer.from(JSON.stringify(report)), 0o600);
  return report;
}

function bootIdentity(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

function changeTime(path: string): number {
  return statSync(path).mtimeMs;
}

function parseReport(bytes: Uint8Array | undefined): KvmReport | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as KvmReport;
  } catch {
    return undefined;
  }
}
