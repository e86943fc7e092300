/** Datagrams, groups and names: our stack, Linux's, and dnsmasq as DHCP and DNS server. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import {
  addresses,
  networkNeeds,
  type Running,
  TestNetwork,
  tapName,
} from "../../tools/network/namespaces.ts";
import { program } from "../command-line.fixture.ts";
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
const ready = /ready/;
const timeoutMs = 60_000;
const port = `${trafficPort}`;

afterEach(() => networks.close());
afterAll(() => instances.remove());

/** dnsmasq, which gives the instance its address and itself as name server. */
async function startDnsmasq(network: TestNetwork): Promise<Running> {
  const hosts = join(network.folder, "hosts");
  const many = Array.from({ length: 60 }, (_, index) => `10.9.8.${index} many.test`);
  const lines = ["192.0.2.7 www.example.test", "2001:db8::9 www.example.test", ...many];
  writeFileSync(hosts, `${lines.join("\n")}\n`);
  const server = network.start(network.linux, "dnsmasq", [
    ...[
      "--keep-in-foreground",
      "--user=root",
      "--conf-file=/dev/null",
      "--no-resolv",
      "--no-hosts",
    ],
    ...["--bind-dynamic", "--dhcp-authoritative", `--dhcp-range=${instance},${instance},2m`],
    ...[`--dhcp-leasefile=${join(network.folder, "leases")}`, "--log-facility=-"],
    ...["--enable-ra", "--dhcp-range=fd77::,ra-only", "--dhcp-option=option6:dns-server,[fd77::1]"],
    ...["--dhcp-option=option6:domain-search,example.test"],
    ...["--dhcp-option=option:domain-name,example.test", `--addn-hosts=${hosts}`, "--log-queries"],
    ...["--cname=alias.example.test,www.example.test", "--local=/test/", "--local-ttl=60"],
  ]);
  await server.said(/DHCP, IP range/);
  return server;
}

describe.each(stackCases)("$monitor against Linux$needs", ({ monitor, needs }) => {
  it.skipIf(needs !== "")(
    "echoes what is much longer than a frame, by ICMP and by UDP, both ways",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const pcap = join(network.folder, "frames.pcap");
      const running = instances.start(
        network,
        monitor,
        apps.datagrams,
        ["serve", port],
        [...["--pcap", pcap]],
      );
      await running.said(ready);
      for (const host of [instance, instance6]) {
        await network.run("ping", "-c", "3", "-i", "0.05", "-s", "20000", host);
        await network.run("ping", "-c", "2", "-i", "0.05", "-s", "60000", host);
        for (const size of ["1", "1473", "4000", "60000", "65507"]) {
          await network.run(instances.datagrams, "send", host, port, size, "3");
        }
      }
      await running.stop();
      expect((await expertFindings(network, pcap)).malformed).toBe("");
      const server = network.start(network.linux, instances.datagrams, ["serve", port]);
      await server.said(ready);
      const words = ["send", linux, port, "60000", "3"];
      const client = instances.start(network, monitor, apps.datagrams, words);
      expect({ status: await client.ended(), errors: client.errors }).toEqual({
        status: 0,
        errors: "",
      });
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "finds names at the server that DHCP names, before it has an address",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const server = await startDnsmasq(network);
      const names = ["www", "alias.example.test", "many.test", "no.test", "db"];
      const options = ["-e", "TSUKI_HOSTS=10.1.2.3 db"];
      const client = instances.start(network, monitor, apps.names, names, options, "dhcp");
      expect({ status: await client.ended(), errors: client.errors }).toEqual({
        status: 0,
        errors: "",
      });
      const [www, alias, many, absent, db] = client.output.trim().split("\n");
      expect(www).toBe("www: 192.0.2.7 2001:db8::9");
      expect(alias).toBe("alias.example.test: 192.0.2.7 2001:db8::9");
      expect(many?.split(" ").length).toBe(1 + 8);
      expect(absent).toBe("no.test: no such name");
      expect(db).toBe("db: 10.1.2.3");
      expect(server.errors).toContain("query[A] www.example.test");
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "finds names at the server that routers tell of, with an address of their prefix",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const server = await startDnsmasq(network);
      const client = instances.start(network, monitor, apps.names, ["www"], [], "auto");
      expect({ status: await client.ended(), errors: client.errors }).toEqual({
        status: 0,
        errors: "",
      });
      expect(client.output).toBe("www: 192.0.2.7 2001:db8::9\n");
      expect(server.errors).toMatch(/query\[A\] www.example.test from fd77::/);
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "connects before it has an address by DHCP",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      await startDnsmasq(network);
      const server = network.start(network.linux, instances.traffic, ["serve", port]);
      await server.said(ready);
      const words = ["u", linux, port, "10000"];
      const client = instances.start(network, monitor, apps.traffic, words, [], "dhcp");
      expect({ status: await client.ended(), errors: client.errors }).toEqual({
        status: 0,
        errors: "",
      });
    },
    timeoutMs,
  );

  it.skipIf(needs !== "" || monitor === "qemu")(
    "says that the network is unreachable when no DHCP server answers for fifteen seconds",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const words = ["u", linux, port, "10"];
      const client = instances.start(network, monitor, apps.traffic, words, [], "dhcp");
      expect(await client.ended()).toBe(1);
      expect(client.errors).toContain("no DHCP server answers; asking again, once a minute");
      expect(client.errors).toContain("traffic: connect: Network unreachable");
    },
    2 * timeoutMs,
  );

  it.skipIf(needs !== "")(
    "takes what is sent to groups that it has joined, and sends to groups",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      await network.run("ip", "route", "add", "239.0.0.0/8", "dev", "tap0");
      const pcap = join(network.folder, "frames.pcap");
      const serve = ["serve", port, "239.1.2.3", "ff15::99"];
      const options = ["--pcap", pcap];
      const running = instances.start(network, monitor, apps.datagrams, serve, options);
      await running.said(ready);
      for (const group of ["239.1.2.3", "ff15::99"]) {
        await network.run(instances.datagrams, "send", group, port, "100", "3");
      }
      await running.stop();
      expect((await expertFindings(network, pcap)).malformed).toBe("");
      const reports = await network.run("tshark", "-r", pcap, "-Y", "igmp || icmpv6.type == 143");
      expect(reports).toContain("Join group 239.1.2.3 for any sources");
      expect(reports).toContain("ff02::16");
      const server = network.start(network.linux, instances.datagrams, [
        "serve",
        port,
        "239.1.2.3",
      ]);
      await server.said(ready);
      const client = instances.start(network, monitor, apps.datagrams, [
        "send",
        "239.1.2.3",
        port,
        "100",
      ]);
      expect({ status: await client.ended(), errors: client.errors }).toEqual({
        status: 0,
        errors: "",
      });
    },
    timeoutMs,
  );

  it.skipIf(needs !== "")(
    "lets network functions have whole frames",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const virtual = "10.77.0.9";
      const running = instances.start(network, monitor, apps.frames, [virtual]);
      await running.said(/answering/);
      await network.run("ping", "-c", "5", "-i", "0.01", virtual);
      await network.run("ping", "-c", "2", "-i", "0.01", "-s", "1400", virtual);
      await running.said(/so far [1-9]\d* ARP, [1-9]/);
      await running.stop();
      const looking = instances.start(network, monitor, apps.looking, []);
      await looking.said(/looking/);
      await network.run("ping", "-c", "1", instance);
      await looking.said(/ -> ff:ff:ff:ff:ff:ff: type 0806, \d+ bytes/);
      await looking.said(/type 0800, 98 bytes/);
    },
    timeoutMs,
  );
});

describe(`a process in the background${networkNeeds}`, () => {
  it.skipIf(networkNeeds !== "")(
    "has a tap, too, and is stopped",
    async () => {
      const network = networks.closing(TestNetwork.direct());
      const environment = { ...process.env, XDG_DATA_HOME: network.folder };
      const run = async (...words: readonly string[]) => {
        const line = [program, ...words];
        const running = network.start(network.linux, process.execPath, line, environment);
        expect({ status: await running.ended(), errors: running.errors }).toEqual({
          status: 0,
          errors: "",
        });
      };
      const net = `tap=${tapName},${instance}/24`;
      const settings = ["--quiet", "--monitor", "process", "--net", net, "--name", "web"];
      await run("run", "-d", ...settings, apps.http, "8080");
      const patience = ["-m", "10", "--retry", "20", "--retry-all-errors", "--retry-delay", "1"];
      const url = `http://${instance}:8080/`;
      expect(await network.run("curl", "-sS", ...patience, url)).toBe("Hello from C!\n");
      await run("stop", "web");
      await run("rm", "web");
    },
    timeoutMs,
  );
});
