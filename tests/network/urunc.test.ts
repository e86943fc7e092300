/** An image as urunc, an OCI runtime for unikernels, has QEMU boot it (pkg/unikontainers/hypervisors). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { findQemu } from "../../src/monitors/qemu/find-qemu.ts";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { Workplace } from "../command-line.fixture.ts";
import { freePort } from "../free-port.fixture.ts";

const service = join(import.meta.dirname, "..", "..", "examples", "http-service-c", "service.c");
const sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

/** What Unikraft's images of version 0.16.1 and later are told, with the variables that containers have. */
const commandLine =
  "/app.elf env.vars=[ PATH=/usr/bin:/bin HOSTNAME=web ] netdev.ip=10.0.2.15/24:10.0.2.2:8.8.8.8   -- one";

describe.skipIf(!hasQemu)(`under urunc's QEMU${qemuNeeded}`, { timeout: 60_000 }, () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  it("a service has its address and answers", async () => {
    expect(await place.tsuki(["build", "-q", "-p", "pc", "-o", "app.elf", service])).toMatchObject({
      status: 0,
    });
    const port = await freePort();
    const words = [
      ...["-m", "256M", "-cpu", "max", "-accel", "tcg", "-nographic", "-vga", "none"],
      ...["--sandbox", sandbox, "-kernel", "app.elf"],
      ...["-net", "nic,model=virtio", "-net", `user,hostfwd=tcp:127.0.0.1:${port}-:8080`],
      ...["-append", commandLine],
    ];
    const path = findQemu(process.env)?.path ?? "";
    const machine = spawn(path, words, { cwd: place.folder, stdio: "ignore" });
    const ended = once(machine, "exit");
    try {
      const ask = async () => await (await fetch(`http://127.0.0.1:${port}/`)).text();
      await vi.waitFor(async () => expect(await ask()).toBe("Hello from C!\n"), {
        timeout: 50_000,
        interval: 200,
      });
    } finally {
      machine.kill("SIGKILL");
      await ended;
    }
  });
});
