/** An instance whose tap is taken away from under it. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { HostNetwork, hostNetworkNeeds } from "./host-network.fixture.ts";

const service = join(import.meta.dirname, "../../examples/http-service-c/service.c");
const line = "tsuki: the tap was removed; this instance has no network any more\n";

describe.skipIf(hostNetworkNeeds !== "")(`a removed tap${hostNetworkNeeds}`, () => {
  let host: HostNetwork;

  beforeAll(() => {
    host = new HostNetwork();
    host.onHost("ip", "tuntap", "add", "tap0", "mode", "tap");
    host.onHost("ip", "link", "set", "tap0", "up");
  });
  afterAll(() => host.close());

  it("is told once; the instance waits, and ends when it is stopped", async () => {
    const words = [
      "--monitor",
      "process",
      "--net",
      "tap=tap0,192.168.7.2/24",
      "-e",
      "PORT=80",
      service,
    ];
    const started = await host.tsuki(["run", "-q", "-d", "--name", "one", ...words]);
    expect([started.status, started.errors]).toEqual([0, ""]);
    host.onHost("ip", "link", "delete", "tap0");
    const logs = async () => (await host.tsuki(["logs", "one"])).errors;
    await vi.waitFor(async () => expect(await logs()).not.toBe(""), 60_000);
    expect((await host.tsuki(["stop", "one"])).status).toBe(0);
    expect(await logs()).toBe(line);
  }, 120_000);
});
