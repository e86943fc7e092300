import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { arpFrame, DhcpServer, messageTypes } from "./dhcp/dhcp-server.fixture.ts";
import { Host, hostAddress, wire } from "./stack.fixture.ts";

const words = {
  "tsuki.net": 0,
  ip: 1,
  "netdev.ip": 2,
  "netdev.ipv4_addr": 3,
  "netdev.ipv4_subnet_mask": 4,
  "netdev.ipv4_gw_addr": 5,
  "netdev.mask": 6,
  "netdev.gw": 7,
} as const;

/** A host that was given a command line. */
function configured(line: string, isSecondCard = false) {
  const simulation = new Simulation(1);
  const host = new Host(simulation, 1, { versions: [] });
  if (isSecondCard) host.call("addInterface", 1, 0x0200_0000_00aan, 1500);
  for (const word of line.split(" ")) {
    const at = word.indexOf("=");
    const [place] = Object.entries(words)
      .filter(([name]) => name === word.slice(0, at))
      .map(([, number]) => number);
    if (place === undefined) throw new Error(`${word} is no word`);
    const value = Buffer.from(`${word.slice(at + 1)}\0`);
    const start = host.place(value);
    host.call("noteNetworkWord", place, start, BigInt(start + value.length));
  }
  host.act("configureInterfaces");
  return { simulation, host };
}

/** What a host answers ARP for. */
function answers(host: Host, address: number): boolean {
  let isAnswered = false;
  host.send = (frame) => {
    isAnswered ||= frame[13] === 6 && frame[21] === 2;
  };
  host.receive(arpFrame(1, "0200000000bb", 0x0a0900bb, new Uint8Array(6).fill(255), address));
  return isAnswered;
}

/** Whose hardware address a host asks for when it has something for another one. */
function firstHop(host: Host, ...numbers: readonly number[]): string {
  const asked: string[] = [];
  host.send = (frame) => {
    if (frame[13] === 6 && frame[21] === 1) asked.push(frame.subarray(38, 42).join("."));
  };
  const far = hostAddress(0);
  far.set(numbers, 12);
  host.act("connectStream", host.place(far), 80, 0);
  return asked[0] ?? "nobody";
}

function servers(host: Host): string[] {
  return Array.from({ length: host.call("serverCount", host.now) }, (_, index) =>
    host.bytes(host.call("serverAddress", index, host.now) + 4, 4).join("."),
  );
}

describe("addresses by the command line", () => {
  it.each([
    "ip=10.9.0.5::10.9.0.1:255.255.255.0:box:eth0:off:10.9.0.3:8.8.8.8",
    "ip=10.9.0.5:10.9.0.99:10.9.0.1:255.255.255.0::eth0:none:10.9.0.3:8.8.8.8:10.9.0.4",
    "netdev.ip=10.9.0.5/24:10.9.0.1:10.9.0.3:8.8.8.8:box:example.net",
    "tsuki.net=10.9.0.5/24,gateway=10.9.0.1,dns=10.9.0.3,dns=8.8.8.8",
  ])("are those of %s", (line) => {
    const { host } = configured(line);
    expect(answers(host, 0x0a090005)).toBe(true);
    expect(firstHop(host, 10, 9, 0, 77)).toBe("10.9.0.77");
    expect(firstHop(host, 192, 0, 2, 1)).toBe("10.9.0.1");
    expect(servers(host)).toEqual(["10.9.0.3", "8.8.8.8"]);
    expect(host.lines).toEqual([]);
  });

  it.each([
    "netdev.ipv4_addr=10.9.0.5 netdev.ipv4_gw_addr=10.9.0.1 netdev.ipv4_subnet_mask=255.255.255.0",
    "netdev.ip=10.9.0.5 netdev.mask=255.255.255.0 netdev.gw=10.9.0.1",
  ])("can stand in a word each: %s", (line) => {
    const { host } = configured(line);
    expect(answers(host, 0x0a090005)).toBe(true);
    expect(firstHop(host, 10, 9, 0, 77)).toBe("10.9.0.77");
    expect(firstHop(host, 192, 0, 2, 1)).toBe("10.9.0.1");
    expect(host.lines).toEqual([]);
  });

  it("have the network of their class without a mask, as Linux has it", () => {
    const { host } = configured("ip=10.9.0.5::10.0.0.1");
    expect(firstHop(host, 10, 200, 0, 1)).toBe("10.200.0.1");
    expect(firstHop(host, 11, 0, 0, 1)).toBe("10.0.0.1");
  });

  it("come with routes beside the gateway's", () => {
    const { host } = configured(
      "tsuki.net=10.9.0.5/24,gateway=10.9.0.1,route=192.0.2.0/24@10.9.0.9,route=fd01::/16@fd00::9",
    );
    expect(firstHop(host, 192, 0, 2, 1)).toBe("10.9.0.9");
    expect(firstHop(host, 192, 0, 3, 1)).toBe("10.9.0.1");
    expect(host.lines).toEqual([]);
  });

  it("can be several of one interface", () => {
    const { host } = configured("tsuki.net=10.9.0.5/24,10.8.0.5/16");
    expect(answers(host, 0x0a090005)).toBe(true);
    expect(answers(host, 0x0a080005)).toBe(true);
    expect(firstHop(host, 10, 8, 77, 1)).toBe("10.8.77.1");
  });

  it("are a word's for each card, and the first card's gateway leads out, whichever came first", () => {
    const line = "tsuki.net=10.9.0.5/24 tsuki.net=10.8.0.5/24,gateway=10.8.0.1";
    const { host } = configured(line, true);
    expect([answers(host, 0x0a090005), answers(host, 0x0a080005)]).toEqual([true, false]);
    // The second card's frames are not looked at.
    expect(firstHop(host, 192, 0, 2, 1)).toBe("nobody");
    const gateway = hostAddress(0);
    gateway.set([10, 9, 0, 1], 12);
    host.call("configureGateway", wire, host.place(gateway));
    expect(firstHop(host, 192, 0, 2, 1)).toBe("10.9.0.1");
  });

  it.each(["ip=dhcp", "ip=on", "ip=any", "ip=:::::eth0:dhcp", "ip=::::box::", "tsuki.net=dhcp"])(
    "are asked for by DHCP: %s",
    (line) => {
      const { simulation, host } = configured(line);
      const server = new DhcpServer();
      host.send = (frame) => server.receive(frame);
      server.send = (frame) => simulation.timeline.after(1000, () => host.receive(frame));
      // The first question went nowhere.
      simulation.timeline.advance(6_000_000_000);
      expect(server.messages.map(({ type }) => type)).toEqual([
        messageTypes.discover,
        messageTypes.request,
      ]);
      expect(answers(host, server.address)).toBe(true);
      expect(servers(host)).toEqual(["10.9.0.253", "8.8.8.8"]);
    },
  );

  it.each(["ip=off", "ip=none"])("are none with %s", (line) => {
    const { simulation, host } = configured(line);
    simulation.timeline.advance(1_000_000_000);
    expect(host.lines).toEqual([]);
    expect(firstHop(host, 10, 9, 0, 1)).toBe("nobody");
  });

  it.each([
    "ip=10.9.0.256",
    "ip=10.9.0.5:::255.0.255.0",
    "ip=10.9.0.5::gateway",
    "ip=10.9.0.5:::::wlan0",
    "ip=10.9.0.5::::::bootp",
    "ip=10.9.0.5::::::off:dns",
    "ip=bootp",
    "ip=fd00::5",
    "netdev.ip=10.9.0.5/33",
    "netdev.ip=10.9.0.5/24:x",
    "netdev.ip=box/24",
    "netdev.ipv4_addr=10.9.0",
    "netdev.mask=24",
    "tsuki.net=10.9.0.5",
    "tsuki.net=gateway=",
    "tsuki.net=10.9.0.5/24x",
    "tsuki.net=route=10.1.0.0/16",
    "tsuki.net=route=10.1.0.0@10.9.0.9",
    "tsuki.net=route=10.1.0.0/16@fd00::9",
  ])("are refused in one line where they are malformed: %s", (line) => {
    const { host } = configured(line);
    const value = line.slice(line.indexOf("=") + 1);
    expect(host.lines).toEqual([`tsuki: network setting "${value}" is malformed\n`]);
  });

  it("survive whatever the words are", () => {
    const part = fc.constantFrom(
      ..."0123456789.:/,=x".split(""),
      "10.9.0.5",
      "255.255.0.0",
      "dhcp",
    );
    const value = fc.array(part, { maxLength: 60 }).map((parts) => parts.join(""));
    const name = fc.constantFrom(...Object.keys(words));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 9 }), (given) => {
        const { simulation } = configured(given.map((pair) => pair.join("=")).join(" "));
        simulation.timeline.advance(1_000_000_000);
      }),
      { numRuns: 200 },
    );
  });
});
