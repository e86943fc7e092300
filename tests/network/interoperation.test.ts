/**
 * Our stack and Linux's: instances on a tap, on either monitor that has the stack. It needs root for
 * the namespaces that it makes.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { addresses, TestNetwork } from "../../tools/network/namespaces.ts";
import {
  apps,
  expertFindings,
  Instances,
  Networks,
  stackCases,
  trafficPort,
} from "./instances.fixture.ts";

const instances = new Instances();
const networks = new Networks();
const { linux, instance, instance6 } = addresses;
const short = 10;
const ready = /ready/;
const listening = /listening/;
const timeoutMs = 60_000;

/** What 20,000 frames take is several times as much, wherever they are kept. */
const floodLimitKibibytes = 8 * 1024;

afterEach(() => networks.close());
afterAll(() => instances.remove());

describe.each(stackCases)("$monitor against Linux$needs", ({ monitor, needs, bulkBytes }) => {
  const serve = ["serve", `${trafficPort}`];
  const talk = (network: TestNetwork, kind: string, host: string, bytes: number, count = 1) =>
    network.run(instances.traffic, ...[kind, host, `${trafficPort}`, `${bytes}`, `${count}`]);

  it.skipIf(needs !== "")(
    "moves all kinds of traffic over a clean link, and no frame is malformed",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const pcap = join(network.folder, "frames.pcap");
      const running = instances.start(network, monitor, apps.traffic, serve, ["--pcap", pcap]);
      await running.said(ready);
      for (const host of [instance, instance6]) {
        await network.run("ping", "-c", "5", "-i", "0.01", host);
        // In fragments both ways.
        await network.run("ping", "-c", "2", "-i", "0.01", "-s", "3000", host);
        await talk(network, "u", host, bulkBytes);
        await talk(network, "d", host, bulkBytes);
        await talk(network, "e", host, bulkBytes / 4);
        await talk(network, "r", host, short);
      }
      await talk(network, "s", instance, bulkBytes / 2);
      await talk(network, "p", instance6, bulkBytes / 2);
      await talk(network, "u", instance, short, 200);
      await talk(network, "d", instance6, short, 200);
      await running.stop();
      const { malformed, retransmissions, frames } = await expertFindings(network, pcap);
      expect(malformed).toBe("");
      expect(frames).toBeGreaterThan(2_000);
      // A tap holds a thousand frames, each of up to 64 KiB: even while a busy machine leaves us
      // waiting, that is more than what may be under way.
      expect(retransmissions / frames).toBeLessThan(0.02);
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "connects to Linux, too",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const server = network.start(network.linux, instances.traffic, [...serve]);
      await server.said(ready);
      for (const kind of ["u", "d", "e"]) {
        const words = [kind, linux, `${trafficPort}`, `${bulkBytes / 4}`];
        const client = instances.start(network, monitor, apps.traffic, words);
        expect({ status: await client.ended(), errors: client.errors }).toEqual({
          status: 0,
          errors: "",
        });
      }
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "serves curl and wrk",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const running = instances.start(network, monitor, apps.http, ["8080"]);
      await running.said(listening);
      const url = (host: string) => `http://${host}:8080/`;
      expect(await network.run("curl", "-sS", "-m", "5", url(instance))).toBe("Hello from C!\n");
      for (const connections of ["1", "64"]) {
        const words = ["-t1", `-c${connections}`, "-d1s", "--timeout", "10s", url(instance)];
        const report = await network.run("wrk", ...words);
        expect(report).not.toMatch(/Socket errors|Non-2xx/);
        expect(Number(/(\d+) requests in/.exec(report)?.[1])).toBeGreaterThan(20);
      }
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "loses no byte where the cable loses, delays, doubles and reorders frames",
    async () => {
      const faults = { delayMs: 5, jitterMs: 3, loss: 0.02, duplicate: 0.01 };
      const network = networks.closing(await TestNetwork.withCable(faults, 1));
      const running = instances.start(network, monitor, apps.traffic, serve);
      await running.said(ready);
      await talk(network, "u", instance, 300_000);
      await talk(network, "d", instance, 300_000);
      await talk(network, "e", instance6, 100_000);
      await talk(network, "u", instance6, short, 10);
    },
    timeoutMs,
  );

  it.skipIf(needs !== "" || monitor === "qemu").each([
    { delayMs: 1, loss: 0.1 },
    { delayMs: 200, loss: 0.01 },
    { delayMs: 20, jitterMs: 20, duplicate: 0.05 },
  ])(
    "loses no byte over worse cables: %j",
    async (faults) => {
      const network = networks.closing(await TestNetwork.withCable(faults, 2));
      const pcap = join(network.folder, "frames.pcap");
      const running = instances.start(network, monitor, apps.traffic, serve, ["--pcap", pcap]);
      await running.said(ready);
      await talk(network, "u", instance, 60_000);
      await talk(network, "d", instance6, 60_000);
      await running.stop();
      expect((await expertFindings(network, pcap)).malformed).toBe("");
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "echoes what nc sends",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const running = instances.start(network, monitor, apps.echo, [`${trafficPort}`]);
      await running.said(listening);
      const file = join(network.folder, "bulk");
      writeFileSync(file, randomBytes(bulkBytes / 4));
      const line = `busybox nc ${instance} ${trafficPort} < ${file} | cmp - ${file}`;
      expect(await network.run("sh", "-c", line)).toBe("");
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "closes with SO_LINGER when all has arrived, or the time is over",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      // The server reads nothing for a second, and its window is smaller than what is sent.
      await network.run("sysctl", "-qw", "net.ipv4.tcp_rmem=4096 16384 16384");
      const server = network.start(network.linux, instances.traffic, [...serve]);
      await server.said(ready);
      const closed = async (size: string, seconds: string) => {
        const words = [linux, `${trafficPort}`, size, seconds];
        const client = instances.start(network, monitor, apps.linger, words);
        expect(await client.ended()).toBe(0);
        return Number(client.output);
      };
      expect(await closed("60000", "20")).toBeGreaterThan(0.5);
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "gets its address from dnsmasq, by DHCP",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const server = network.start(network.linux, "dnsmasq", [
        ...["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--port=0"],
        ...["--bind-dynamic", "--dhcp-authoritative", `--dhcp-range=${instance},${instance},2m`],
        ...[`--dhcp-leasefile=${join(network.folder, "leases")}`, "--log-facility=-"],
      ]);
      await server.said(/DHCP, IP range/);
      const running = instances.start(network, monitor, apps.http, ["8080"], [], "dhcp");
      await running.said(listening);
      await server.said(/DHCPACK/);
      const patience = ["-m", "10", "--retry", "20", "--retry-all-errors", "--retry-delay", "1"];
      const url = `http://${instance}:8080/`;
      expect(await network.run("curl", "-sS", ...patience, url)).toBe("Hello from C!\n");
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "keeps serving under floods",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const running = instances.start(network, monitor, apps.http, ["8080"]);
      await running.said(listening);
      const url = `http://${instance}:8080/`;
      const answers = () => network.run("curl", "-sS", "-m", "10", "--retry", "3", url);
      await answers();
      const neighbours = await network.run("ip", "neighbour", "show", instance);
      const before = network.residentKibibytes();
      expect(before).toBeGreaterThan(0);
      const mac = /lladdr (\S+)/.exec(neighbours)?.[1] ?? "";
      for (const kind of ["syn", "fragment", "arp", "neighbour", "noise"]) {
        const target = kind === "neighbour" ? instance6 : instance;
        const words = [kind, "tap0", mac, target, "8080", "20000"];
        const flood = network.start(network.linux, instances.flood, words);
        expect(await answers()).toBe("Hello from C!\n");
        expect(network.residentKibibytes() - before).toBeLessThan(floodLimitKibibytes);
        expect(await flood.ended()).toBe(0);
        expect(await answers()).toBe("Hello from C!\n");
        expect(network.residentKibibytes() - before).toBeLessThan(floodLimitKibibytes);
      }
    },
    timeoutMs,
  );
});
