/** Instances with several network cards: each on its own tap, or beside user networking. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { compileProgram } from "../../tools/network/namespaces.ts";
import { HostNetwork, hostNetworkNeeds } from "./host-network.fixture.ts";

const root = join(import.meta.dirname, "..", "..");
const service = join(root, "examples", "http-service-c", "service.c");
const hostProgram = join(root, "dist", "tsuki-host");
const first = "tap=tap0,192.168.7.2/24,gateway=192.168.7.1";
const second = "tap=tap1,192.168.8.2/24,gateway=192.168.8.1";
const both = ["--net", first, "--net", second];

let host: HostNetwork;
const tsuki = async (...words: string[]) => await host.tsuki(words);

async function start(...words: string[]): Promise<void> {
  const settings = ["-q", "-d", "--name", "one", "-e", "PORT=80"];
  const { status, errors } = await tsuki("run", ...settings, ...words, service);
  expect([status, errors]).toEqual([0, ""]);
}

/** What a service answers with, which does not say when it listens. */
function statusOf(address: string): string {
  const patience = ["--retry", "100", "--retry-delay", "0", "--retry-all-errors", "-m", "10"];
  const words = ["-s", "-o", "/dev/null", "-w", "%{http_code}", ...patience];
  return host.onHost("curl", ...words, `http://${address}/`);
}

function makeTap(number: number): void {
  const name = `tap${number}`;
  host.onHost("ip", "tuntap", "add", name, "mode", "tap");
  host.onHost("ip", "address", "add", `192.168.${7 + number}.1/24`, "dev", name);
  host.onHost("ip", "link", "set", name, "up");
}

describe.skipIf(hostNetworkNeeds !== "")(`several cards${hostNetworkNeeds}`, () => {
  beforeAll(() => {
    host = new HostNetwork();
    for (const number of [0, 1]) makeTap(number);
  });
  afterAll(() => host.close());

  const machineNeeds = hasQemu ? "" : qemuNeeded;
  describe.each([
    { what: "a process", words: ["--monitor", "process"], needs: "" },
    { what: "a microvm", words: ["--monitor", "qemu"], needs: machineNeeds },
    { what: "a q35", words: ["--monitor", "qemu", "--machine", "q35"], needs: machineNeeds },
  ])("of $what$needs", ({ words, needs }) => {
    it.skipIf(needs !== "")(
      "are on the taps in the order in which these are named",
      async () => {
        await start(...words, ...both);
        // An address on the other's card would be nobody's where it is looked for.
        expect(["192.168.7.2", "192.168.8.2"].map(statusOf)).toEqual(["200", "200"]);
        await tsuki("rm", "-f", "one");
      },
      120_000,
    );
  });

  it.skipIf(machineNeeds !== "")(
    `of a machine may be user networking, too${machineNeeds}`,
    async () => {
      const user = ["--net", "user", "-p", "127.0.0.1:8080:80"];
      await start("--monitor", "qemu", ...user, "--net", first);
      expect(["127.0.0.1:8080", "192.168.7.2"].map(statusOf)).toEqual(["200", "200"]);
      await tsuki("rm", "-f", "one");
    },
    120_000,
  );

  it("of a process are told of when one goes; the others stay", async () => {
    await start("--monitor", "process", ...both);
    expect(statusOf("192.168.8.2")).toBe("200");
    host.onHost("ip", "link", "delete", "tap1");
    const logs = async () => (await tsuki("logs", "one")).errors;
    const line = "tsuki: a tap was removed: that of this instance's network card 2\n";
    await vi.waitFor(async () => expect(await logs()).toBe(line), 60_000);
    expect(statusOf("192.168.7.2")).toBe("200");
    await tsuki("rm", "-f", "one");
    makeTap(1);
  }, 120_000);

  it("have addresses of which an app chooses one to connect from", async () => {
    const traffic = compileProgram("traffic", host.place.folder);
    const words = ["netns", "exec", host.host, traffic, "serve", "7000"];
    const server = spawn("ip", words, { stdio: ["ignore", "pipe", "ignore"] });
    await once(server.stdout, "data");
    const cards = ["--net", "tap=tap0,192.168.7.2/24,192.168.7.3/24", "--net", second];
    const program = join(root, "tools", "network", "programs", "bound.c");
    const client = [program, "192.168.7.3", "192.168.7.1", "7000"];
    const ending = await tsuki("run", "-q", "--monitor", "process", ...cards, ...client);
    server.kill("SIGKILL");
    expect(ending).toMatchObject({ output: "192.168.7.3 9 16\n", errors: "" });
  }, 120_000);

  it("are built into an image, which wants as many taps", async () => {
    const image = join(host.place.folder, "service");
    await tsuki("build", "-q", ...both, "-e", "PORT=80", service, "-o", image);
    const alone = await host.place.run("ip", [
      ...["netns", "exec", host.host],
      ...[hostProgram, "tap", "tap0", image],
    ]);
    expect(alone).toMatchObject({
      status: 125,
      errors:
        "tsuki: TSUKI_NET names more taps than there are; name all: tsuki-host tap NAME,NAME\n",
    });
  }, 120_000);

  it.each([
    [["--net", "host", "--net", first], "the network host stands alone"],
    [["--net", first, "--net", first], "the network tap=tap0 is named twice"],
    [["--net", "user", "--net", first], "is a machine's: use --monitor qemu"],
    [["--network", "web", "--network", first], "do not go together"],
    [["--network", "web", "--network", "web"], "the network web is named twice"],
    [["-d", "--pcap", "frames.pcap", "--net", first], "--pcap is for instances that run here"],
    [["--monitor", "solo5", ...both], "guests of Solo5's have one network card, not several"],
  ])("are refused in one line: %j", async (words, message) => {
    const monitor = words.includes("solo5") ? [] : ["--monitor", "process"];
    const { status, errors } = await tsuki("run", ...monitor, ...words, service);
    expect(errors).toContain(message);
    expect(errors.trim().split("\n")).toHaveLength(1);
    expect(status).toBe(125);
  });
});
