/** Services as guests of Solo5's tender, on a tap and in a network of instances. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTender, tenderNeeded } from "../../src/monitors/solo5/tender.fixture.ts";
import { HostNetwork, hostNetworkNeeds } from "./host-network.fixture.ts";

const service = join(import.meta.dirname, "../../examples/http-service-c/service.c");
const typeScript = join(import.meta.dirname, "../../examples/http-ts/server.ts");
const isHere = hasTender && hostNetworkNeeds === "";
const needs = `${tenderNeeded}${hostNetworkNeeds}`;

interface Network {
  readonly instances: readonly { readonly name: string; readonly address: string }[];
}

describe.skipIf(!isHere)(`a service under solo5-spt${needs}`, { timeout: 120_000 }, () => {
  let host: HostNetwork;

  beforeAll(() => {
    host = new HostNetwork();
    host.onHost("ip", "tuntap", "add", "tap0", "mode", "tap");
    host.onHost("ip", "address", "add", "192.168.7.1/24", "dev", "tap0");
    host.onHost("ip", "link", "set", "tap0", "up");
  });
  afterAll(() => host.close());

  it("answers on a tap, and ends when it is stopped", async () => {
    const net = "tap=tap0,192.168.7.2/24,gateway=192.168.7.1";
    const words = ["--monitor", "solo5", "--net", net, "-e", "PORT=80", service];
    const started = await host.tsuki(["run", "-q", "-d", "--name", "one", ...words]);
    expect([started.status, started.errors]).toEqual([0, ""]);
    expect(asked(host, "192.168.7.2")).toBe("Hello from C!\n");
    expect((await host.tsuki(["stop", "one"])).status).toBe(0);
    expect((await host.tsuki(["wait", "one"])).output).toBe("143\n");
    expect((await host.tsuki(["rm", "one"])).status).toBe(0);
  });

  it("answers in a network of instances, written in TypeScript", async () => {
    expect((await host.tsuki(["network", "create", "inner"])).errors).toBe("");
    const words = ["--monitor", "solo5", "--network", "inner", typeScript];
    const started = await host.tsuki(["run", "-q", "-d", "--name", "two", ...words]);
    expect([started.status, started.errors]).toEqual([0, ""]);
    const { output } = await host.tsuki(["network", "inspect", "inner"]);
    const [network] = JSON.parse(output) as readonly Network[];
    const place = network?.instances.find(({ name }) => name === "two");
    expect(asked(host, place?.address ?? "", 8080)).toBe("Hello from TypeScript, sealed.\n");
    expect((await host.tsuki(["rm", "-f", "two"])).status).toBe(0);
  });

  it("is not started without a tap by an image that has sockets", async () => {
    const image = join(host.place.folder, "service.spt");
    await host.tsuki(["build", "-q", "-p", "solo5", "-o", image, service]);
    expect(() => host.onHost(process.env["SOLO5_SPT"] ?? "solo5-spt", image)).toThrow(
      /Device 'service' of type NET_BASIC declared but not attached/,
    );
  });
});

/** What the service at an address and port says to the host, once it listens. */
function asked(host: HostNetwork, address: string, port = 80): string {
  const patience = ["--retry", "20", "--retry-connrefused", "--retry-delay", "1", "-m", "60"];
  return host.onHost("curl", "-sS", ...patience, `http://${address.replace(/\/.*/, "")}:${port}/`);
}
