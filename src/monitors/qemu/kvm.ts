/** Whether KVM can be used, found by running a guest of a few bytes: a device file proves nothing. */
import { spawn } from "node:child_process";
import { closeSync, constants, existsSync, openSync } from "node:fs";
import { debugExitPort } from "../../contracts/control-channel.ts";
import type { FoundQemu } from "./find-qemu.ts";
import { PrivateFolder } from "./private-folder.ts";
import { portWrites, tinyGuest } from "./tiny-guest.ts";

/** The result of looking for KVM, with a reason that completes "KVM ...". */
export interface KvmReport {
  readonly isUsable: boolean;
  readonly reason: string;
}

const devicePath = "/dev/kvm";

/** A guest ends within a tenth of this on the slowest machine with hardware KVM. */
const defaultLimitMs = 1_000;

/** isa-debug-exit ends QEMU with (value << 1) | 1. */
const exitValue = 0x15;
const expectedStatus = (exitValue << 1) | 1;

/** Says what can be known without starting anything; undefined when only a guest can tell. */
export function inspectKvmDevice(): KvmReport | undefined {
  if (!existsSync(devicePath)) {
    return {
      isUsable: false,
      reason: `is not there (no ${devicePath}): the processor or this host gives no virtualisation`,
    };
  }
  try {
    closeSync(openSync(devicePath, constants.O_RDWR));
    return undefined;
  } catch (error) {
    const denied = error instanceof Error && "code" in error && error.code === "EACCES";
    return {
      isUsable: false,
      reason: denied
        ? `present but closed to you: add your user to the group kvm`
        : `present but cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** Runs the self-test guest under KVM, for at most `limitMs` milliseconds. */
export async function testKvm(qemu: FoundQemu, limitMs = defaultLimitMs): Promise<KvmReport> {
  const folder = new PrivateFolder();
  try {
    const guest = tinyGuest(portWrites([[debugExitPort, exitValue]]));
    return await runSelfTest(qemu, folder.write("guest", guest), limitMs);
  } finally {
    folder.remove();
  }
}

function runSelfTest(qemu: FoundQemu, guestPath: string, limitMs: number): Promise<KvmReport> {
  const parameters = [
    ...["-M", "microvm,acpi=off,pit=off,pic=off,rtc=off,x-option-roms=off,isa-serial=off"],
    ...(qemu.qbootPath === undefined ? [] : ["-bios", qemu.qbootPath]),
    ...["-accel", "kvm", "-cpu", "host", "-m", "16M"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-device", `isa-debug-exit,iobase=${debugExitPort},iosize=4`, "-kernel", guestPath],
  ];
  return new Promise((settle) => {
    const child = spawn(qemu.path, parameters, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-1_024);
    });
    const conclude = (report: KvmReport) => {
      clearTimeout(timer);
      child.stderr.destroy();
      child.unref();
      settle(report);
    };
    // A child stuck in the kernel may not even die; nobody waits for it.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      const reason = `present but the self-test did not finish within ${limitMs} ms`;
      conclude({ isUsable: false, reason });
    }, limitMs);
    child.once("error", (error) => {
      conclude({ isUsable: false, reason: `could not be tested: ${error.message}` });
    });
    // Not its exit: what it said last may come after that.
    child.once("close", (status) => {
      if (status === expectedStatus) conclude({ isUsable: true, reason: "passed its self-test" });
      else {
        const why = said.trim().split("\n")[0] ?? "";
        const reason = `present but the self-test failed${why === "" ? "" : `: ${why}`}`;
        conclude({ isUsable: false, reason });
      }
    });
  });
}
