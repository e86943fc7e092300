import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { frameKinds } from "../../contracts/control-channel.ts";
import type { Instance } from "../interface.ts";
import type { MachineType } from "./command.ts";
import { findQemu } from "./find-qemu.ts";
import { testKvm } from "./kvm.ts";
import { qemuMonitor } from "./monitor.ts";
import { hasQemu, qemuNeeded } from "./qemu.fixture.ts";
import { portWrites, tinyGuest } from "./tiny-guest.ts";

const com1 = 0x3f8;
const com2 = 0x2f8;
const debugExit = 0xf4;

const to = (port: number, bytes: Iterable<number>) =>
  [...bytes].map((byte): [number, number] => [port, byte]);
const exitFrame = (status: number) => [frameKinds.exitStatus, 0, 4, 0, status, 0, 0, 0];
const stderrFrame = (said: string) => [
  frameKinds.stderrData,
  0,
  said.length,
  0,
  ...Buffer.from(said),
];

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Launched {
  readonly instance: Instance;
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;
}

/** Boots a guest that does nothing but write to ports. */
async function boot(
  writes: readonly (readonly [number, number])[],
  machine: MachineType = "microvm",
): Promise<Launched> {
  const imagePath = join(folder, "guest");
  writeFileSync(imagePath, tinyGuest(portWrites(writes)));
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end("input that nobody reads");
  const monitor = qemuMonitor({ machine, accelerator: "tcg", environment: process.env });
  const instance = await monitor.launch({
    imagePath,
    arguments: ["guest"],
    environment: [],
    streams: { stdin, stdout, stderr },
    memoryMebibytes: 16,
  });
  const finish = () => [stdout, stderr].forEach((stream) => stream.end());
  instance.wait().then(finish, finish);
  return { instance, stdout: text(stdout), stderr: text(stderr) };
}

describe.skipIf(!hasQemu)(`the qemu monitor${qemuNeeded}`, () => {
  test.each(["microvm", "q35"] as const)(
    "passes output, errors and status on from %s",
    async (machine) => {
      const { instance, stdout, stderr } = await boot(
        [
          ...to(com1, Buffer.from("out")),
          ...to(com2, [...stderrFrame("err"), ...exitFrame(42)]),
          [debugExit, 0],
        ],
        machine,
      );
      expect(await instance.wait()).toBe(42);
      expect(await stdout).toBe("out");
      expect(await stderr).toBe("err");
    },
  );

  test("ends a guest that said its status and then does not stop", async () => {
    const { instance } = await boot(to(com2, exitFrame(7)));
    expect(await instance.wait()).toBe(7);
  });

  test("stops a guest that does not listen", async () => {
    const { instance } = await boot([]);
    instance.stop();
    expect(await instance.wait()).toBe(143);
  });

  test("kills", async () => {
    const { instance } = await boot([]);
    instance.kill();
    expect(await instance.wait()).toBe(137);
  });

  test("reports a guest that ends without a word", async () => {
    const { instance } = await boot([[debugExit, 0]]);
    await expect(instance.wait()).rejects.toThrow(
      expect.objectContaining({ code: "instance-lost" }),
    );
  });

  test("reports what QEMU says", async () => {
    const monitor = qemuMonitor({
      machine: "microvm",
      accelerator: "tcg",
      environment: process.env,
    });
    const instance = await monitor.launch({
      imagePath: join(folder, "absent"),
      arguments: [],
      environment: [],
      streams: { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
      memoryMebibytes: 16,
    });
    await expect(instance.wait()).rejects.toThrow(/QEMU ended without an exit status: .*absent/);
  });

  test("ends a guest that breaks the protocol", async () => {
    const { instance } = await boot(to(com2, [99, 0, 0, 0]));
    await expect(instance.wait()).rejects.toThrow(
      expect.objectContaining({ code: "control-protocol" }),
    );
  });

  test("leaves no temporary files", async () => {
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = folder;
    try {
      const { instance } = await boot(to(com2, exitFrame(0)));
      const during = readdirSync(folder).filter((name) => name !== "guest");
      await instance.wait();
      expect(during).toHaveLength(1);
      expect(existsSync(join(folder, during[0] ?? ""))).toBe(false);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });
});

test("without QEMU, says what to install", async () => {
  const monitor = qemuMonitor({ machine: "q35", accelerator: "tcg", environment: {} });
  const launched = async () =>
    await monitor.launch({
      imagePath: "",
      arguments: [],
      environment: [],
      streams: "inherit",
      memoryMebibytes: undefined,
    });
  await expect(launched).rejects.toThrow(/apt install qemu-system-x86/);
});

describe("the KVM self-test", () => {
  test("gives up on a QEMU that does not finish", async () => {
    const path = join(folder, "qemu");
    writeFileSync(path, "#!/bin/sh\nexec sleep 60\n", { mode: 0o700 });
    const report = await testKvm({ path, qbootPath: undefined }, 100);
    expect(report).toEqual({
      isUsable: false,
      reason: "present but the self-test did not finish within 100 ms",
    });
  });

  test.each([
    ["exit 43", true, "passed its self-test"],
    ["echo 'no luck' >&2; exit 1", false, "present but the self-test failed: no luck"],
  ])("`%s` means %s", async (command, isUsable, reason) => {
    const path = join(folder, "qemu");
    writeFileSync(path, `#!/bin/sh\n${command}\n`, { mode: 0o700 });
    expect(await testKvm({ path, qbootPath: undefined }, 5_000)).toEqual({ isUsable, reason });
  });

  test.skipIf(!hasQemu)("answers in time on this machine, whatever its KVM is worth", async () => {
    const qemu = findQemu(process.env);
    if (qemu === undefined) return;
    const report = await testKvm(qemu);
    expect(report.reason).not.toBe("");
  });
});
