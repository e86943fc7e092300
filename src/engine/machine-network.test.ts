import { expect, test } from "vitest";
import { machineNetworks, namesUser, tapNames } from "./machine-network.ts";

test("published and listening ports lead to the machine, which learns only what it listens to", () => {
  const { networks, environment } = machineNetworks([
    "A=1",
    "TSUKI_PUBLISH=8080:80,127.0.0.1:5353:53/udp,[::1]:81:81",
    "TSUKI_LISTEN=127.0.0.1:9000",
  ]);
  const [network] = networks;
  expect(network?.forwards).toEqual([
    { protocol: "tcp", hostAddress: "0.0.0.0", hostPort: 8080, guestPort: 80 },
    { protocol: "udp", hostAddress: "127.0.0.1", hostPort: 5353, guestPort: 53 },
    { protocol: "tcp", hostAddress: "::1", hostPort: 81, guestPort: 81 },
    { protocol: "tcp", hostAddress: "127.0.0.1", hostPort: 9000, guestPort: 9000 },
  ]);
  expect(network?.configuration).toContain("10.0.2.15/24,gateway=10.0.2.2");
  expect(environment).toEqual(["A=1", "TSUKI_LISTEN=9000/tcp"]);
});

test("a tap device has the addresses that stand behind it", () => {
  const { networks, environment } = machineNetworks(["TSUKI_NET=tap=tap0,10.1.0.2/24,auto"]);
  const [network] = networks;
  expect(network).toMatchObject({ tap: "tap0", configuration: "10.1.0.2/24,auto", forwards: [] });
  expect(network?.hardwareAddress).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  const [other] = machineNetworks(["TSUKI_NET=tap=tap1"]).networks;
  expect(other?.hardwareAddress).not.toBe(network?.hardwareAddress);
  expect(environment).toEqual([]);
});

test("without a network, the kernel is told so", () => {
  expect(machineNetworks(["TSUKI_NET=none"])).toEqual({
    networks: [],
    environment: ["TSUKI_NET=none"],
  });
});

test("each tap is a card of its own, and user networking may be another, to which ports lead", () => {
  const { networks } = machineNetworks([
    "TSUKI_NET=tap=tap0,10.1.0.2/24,search=user,user,tap=tap2,dhcp",
    "TSUKI_PUBLISH=8080:80",
  ]);
  expect(
    networks.map(({ tap, configuration, forwards }) => [tap, configuration, forwards.length]),
  ).toEqual([
    ["tap0", "10.1.0.2/24,search=user", 0],
    [undefined, expect.stringContaining("10.0.2.15/24"), 1],
    ["tap2", "dhcp", 0],
  ]);
});

test("a process has the taps that are named, in their order", () => {
  expect(tapNames(["TSUKI_NET=tap=tap0,dhcp,tap=tap1"])).toEqual(["tap0", "tap1"]);
  expect(tapNames(["TSUKI_NET=host"])).toEqual([]);
  expect(namesUser(["TSUKI_NET=tap=tap0,user"])).toBe(true);
});

test.each([
  [["TSUKI_NET=tap=tap0", "TSUKI_PUBLISH=1:2"], /port 1 cannot be published/],
  [["TSUKI_PUBLISH=::1:80:80"], /write \[::1\]:8080:80/],
  [["TSUKI_NET=bridge"], /no network named bridge/],
  [["TSUKI_NET=tap=a,auto,tap=a"], /the network tap=a is named twice/],
  [
    ["TSUKI_NET=tap=a,tap=b,tap=c,user"],
    /4 networks are more than an instance's cards, which are 3/,
  ],
  [[`TSUKI_NET=tap=a,tap=b,search=${"x".repeat(250)}`], /the tap b has more than 250 characters/],
])("%j is refused", (environment, message) => {
  expect(() => machineNetworks(environment)).toThrow(message);
});
