/** Datagrams, groups and names: our stack, Linux's, and dnsmasq as DHCP and DNS server. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { addresses, type Running, TestNetwork } from "../../tools/network/namespaces.ts";
import { apps, expertFindings, Instances, stackCases, trafficPort } from "./instances.fixture.ts";

const instances = new Instances();
const open: TestNetwork[] = [];
const { linux, instance, instance6 } = addresses;
const ready = /ready/;
const timeoutMs = 60_000;
const port = `${trafficPort}`;

function opened(network: TestNetwork): TestNetwork {
  open.push(network);
  return network;
}

afterEach(async () => {
  for (const network of open.splice(0)) await network.close();
});
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
      const network = opened(TestNetwork.direct());
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
      const network = opened(TestNetwork.direct());
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
    "connects before it has an address by DHCP",
    async () => {
      const network = opened(TestNetwork.direct());
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
});
