import { expect, test } from "vitest";
import { machineNetwork } from "./machine-network.ts";

test("published and listening ports lead to the machine, which learns only what it listens to", () => {
  const { network, environment } = machineNetwork([
    "A=1",
    "TSUKI_PUBLISH=8080:80,127.0.0.1:5353:53/udp,[::1]:81:81",
    "TSUKI_LISTEN=127.0.0.1:9000",
  ]);
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
  const { network, environment } = machineNetwork(["TSUKI_NET=tap=tap0,10.1.0.2/24,auto"]);
  expect(network).toMatchObject({ tap: "tap0", configuration: "10.1.0.2/24,auto", forwards: [] });
  expect(network?.hardwareAddress).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  const other = machineNetwork(["TSUKI_NET=tap=tap1"]).network;
  expect(other?.hardwareAddress).not.toBe(network?.hardwareAddress);
  expect(environment).toEqual([]);
});

test("without a network, the kernel is told so", () => {
  expect(machineNetwork(["TSUKI_NET=none"])).toEqual({
    network: undefined,
    environment: ["TSUKI_NET=none"],
  });
});

test.each([
  [["TSUKI_NET=tap=tap0", "TSUKI_PUBLISH=1:2"], /port 1 cannot be published/],
  [["TSUKI_PUBLISH=::1:80:80"], /write \[::1\]:8080:80/],
  [["TSUKI_NET=bridge"], /no network named bridge/],
])("%j is refused", (environment, message) => {
  expect(() => machineNetwork(environment)).toThrow(message);
});
