/** Networks of instances: who reaches whom, and what is left when somebody is killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { compileProgram } from "../../tools/network/namespaces.ts";
import { HostNetwork, hostNetworkNeeds, outside } from "./host-network.fixture.ts";
import { apps, trafficPort } from "./instances.fixture.ts";

const port = `${trafficPort}`;
const lines = (text: string) => text.trim().split("\n");

interface Seen {
  readonly bridge: string;
  readonly instances: readonly {
    readonly name: string;
    readonly isRunning: boolean;
    readonly address: string;
    readonly address6: string;
    readonly tap: string;
  }[];
}

let host: HostNetwork;
const tsuki = async (...words: string[]) => await host.tsuki(words);
const run = async (network: string, ...words: string[]) =>
  await tsuki("run", "-q", "--monitor", "process", "--network", network, ...words);

async function seen(network: string): Promise<Seen> {
  const { output } = await tsuki("network", "inspect", network);
  const [only] = JSON.parse(output) as readonly Seen[];
  if (only === undefined) throw new Error(`no network ${network}`);
  return only;
}

/** Starts the traffic program as a server; what is known of its place, once it listens. */
async function serve(network: string, name: string, ...options: string[]) {
  const words = ["-d", "--name", name, ...options, "traffic.c", "serve", port];
  expect((await run(network, ...words)).errors).toBe("");
  await listening(name);
  const place = (await seen(network)).instances.find((one) => one.name === name);
  if (place === undefined) throw new Error(`${name} has no place in ${network}`);
  return place;
}

async function listening(name: string): Promise<void> {
  await host.tsuki(["logs", "-f", name], {
    onStart: ({ signal, stdout }) => void stdout.once("data", () => signal("SIGTERM")),
  });
}

/** Connects from an instance of a network; whether the bytes came through. */
async function reaches(network: string, address: string, monitor = "process"): Promise<boolean> {
  const words = ["--monitor", monitor, "traffic.c", "u", address, port, "10000", "1"];
  return (await run(network, ...words)).status === 0;
}

async function kill(processId: number): Promise<void> {
  process.kill(processId, "SIGKILL");
  const ended = spawn("tail", [`--pid=${processId}`, "-s", "0.01", "-f", "/dev/null"]);
  await once(ended, "exit");
}

async function supervisorOf(name: string): Promise<number> {
  const all = JSON.parse((await tsuki("ps", "--json")).output) as { name: string; pid: number }[];
  const pid = all.find((one) => one.name === name)?.pid ?? 0;
  const [, parent] = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(parent);
}

const isSkipped = hostNetworkNeeds !== "";

describe.skipIf(isSkipped)(`networks${hostNetworkNeeds}`, { timeout: 60_000 }, () => {
  let others = "";

  beforeAll(async () => {
    host = new HostNetwork();
    host.onHost("nft", "add table inet others; add chain inet others input");
    others = host.onHost("nft", "list", "table", "inet", "others");
    for (const name of ["traffic.c", "names.c", "datagrams.c"]) {
      copyFileSync(join(dirname(apps.traffic), name), join(host.place.folder, name));
    }
    for (const name of ["one", "two"]) await tsuki("network", "create", name);
    // Compiled once, and not within the time of the first test.
    await tsuki("build", "-q", "--net", "tap=tap0", "traffic.c", "-o", "traffic.image");
  }, 120_000);
  afterAll(() => host.close());

  it("let their instances reach one another, and nobody else's", async () => {
    const server = await serve("one", "server");
    for (const address of [server.address, server.address6]) {
      expect(await reaches("one", address)).toBe(true);
      expect(await reaches("two", address)).toBe(false);
    }
    const named = ["-e", "TSUKI_HOSTS=192.0.2.1 other", "names.c", "other", "server"];
    expect((await run("one", ...named)).output).toBe(
      `other: 192.0.2.1\nserver: ${server.address} ${server.address6}\n`,
    );
    await tsuki("rm", "-f", "server");
  });

  it.skipIf(!hasQemu)(`have machines in them as well${qemuNeeded}`, async () => {
    const server = await serve("one", "machine", "--monitor", "qemu");
    expect(await reaches("one", server.address)).toBe(true);
    expect(await reaches("one", server.address, "qemu")).toBe(true);
    await tsuki("rm", "-f", "machine");
  });

  it("publish ports to the outside, and lead out", async () => {
    const traffic = compileProgram("traffic", host.place.folder);
    const server = await serve("one", "public", "-p", `9000:${port}`);
    const upload = (address: string, at: string) =>
      [traffic, "u", address, at, "10000", "1"] as const;
    for (const address of [outside.host, outside.host6]) {
      expect(() => host.atNeighbour(...upload(address, "9000"))).not.toThrow();
    }
    for (const address of ["127.0.0.1", outside.host, server.address]) {
      const at = address === server.address ? port : "9000";
      expect(() => host.onHost(...upload(address, at))).not.toThrow();
    }
    // The neighbour knows no way to instances: it answers the host.
    const words = ["netns", "exec", host.neighbour, traffic, "serve", port];
    const neighbour = spawn("ip", words, { stdio: ["ignore", "pipe", "ignore"] });
    await once(neighbour.stdout, "data");
    expect(await reaches("two", outside.neighbour)).toBe(true);
    await kill(neighbour.pid ?? 0);
    await tsuki("stop", "public");
    expect(() => host.atNeighbour(...upload(outside.host, "9000"))).toThrow("refused");
    await tsuki("rm", "public");
  });

  it.skipIf(!hasQemu)(`publish ports for datagrams, too${qemuNeeded}`, async () => {
    const program = compileProgram("datagrams", host.place.folder);
    for (const monitor of ["process", "qemu"]) {
      const words = ["-d", "--name", "echo", "--monitor", monitor, "-p", `9000:${port}/udp`];
      expect((await run("one", ...words, "datagrams.c", "serve", port)).errors).toBe("");
      for (const address of [outside.host, outside.host6]) {
        expect(() => host.atNeighbour(program, "send", address, "9000", "3000")).not.toThrow();
      }
      await tsuki("rm", "-f", "echo");
    }
  });

  it("let nothing out when they are internal", async () => {
    await tsuki("network", "create", "--internal", "inner");
    expect(await reaches("inner", outside.neighbour)).toBe(false);
    const published = await run("inner", "-p", `9001:${port}`, "traffic.c", "serve", port);
    expect(published).toMatchObject({ status: 125 });
    expect(published.errors).toContain("no ports are published in inner");
    await tsuki("network", "rm", "inner");
  });

  it.skipIf(!hasQemu)(`have machines with a card in each of several${qemuNeeded}`, async () => {
    await joinsTwo("qemu");
  });

  it("have instances with a card in each of several", async () => {
    await joinsTwo("process");
  });

  async function joinsTwo(monitor: string): Promise<void> {
    await tsuki("network", "create", "--internal", "inner");
    const joined = ["--network", "two", "--monitor", monitor, "-p", `9000:${port}`];
    const inner = await serve("inner", "both", ...joined);
    const [outer] = (await seen("two")).instances;
    // Behind the way out there is one that nothing leads out of, and nothing in.
    expect(await reaches("inner", inner.address)).toBe(true);
    expect(await reaches("two", outer?.address ?? "")).toBe(true);
    expect(await reaches("inner", outer?.address ?? "")).toBe(false);
    expect(await reaches("one", outer?.address ?? "")).toBe(false);
    const traffic = compileProgram("traffic", host.place.folder);
    const upload = [traffic, "u", outside.host, "9000", "10000", "1"] as const;
    expect(() => host.atNeighbour(...upload)).not.toThrow();
    const [described] = JSON.parse((await tsuki("inspect", "both")).output) as [
      { NetworkSettings: { Networks: Record<string, { IPAddress: string }> } },
    ];
    expect(described.NetworkSettings.Networks).toMatchObject({
      inner: { IPAddress: inner.address, GlobalIPv6Address: inner.address6, Tap: inner.tap },
      two: { IPAddress: outer?.address, IPPrefixLen: 24 },
    });
    await kill(await supervisorOf("both"));
    await tsuki("ps");
    expect(host.devices().filter((name) => name.includes("."))).toEqual([]);
    await tsuki("start", "both");
    await listening("both");
    expect(await reaches("two", outer?.address ?? "")).toBe(true);
    await tsuki("rm", "-f", "both");
    for (const name of ["inner", "two"]) expect(await seen(name)).toMatchObject({ instances: [] });
    await tsuki("network", "rm", "inner");
  }

  it("lead out of an instance by the first of its networks that does", async () => {
    await tsuki("network", "create", "--internal", "inner");
    const traffic = compileProgram("traffic", host.place.folder);
    const words = ["netns", "exec", host.neighbour, traffic, "serve", port];
    const neighbour = spawn("ip", words, { stdio: ["ignore", "pipe", "ignore"] });
    await once(neighbour.stdout, "data");
    const client = ["traffic.c", "u", outside.neighbour, port, "10000", "1"];
    expect(await run("inner", "--network", "two", ...client)).toMatchObject({ status: 0 });
    await kill(neighbour.pid ?? 0);
    await tsuki("network", "rm", "inner");
  });

  it("mend what a killed supervisor left, and the instance starts again at its address", async () => {
    const before = await serve("one", "orphan", "-p", `9000:${port}`);
    await kill(await supervisorOf("orphan"));
    expect(host.devices()).toContain(before.tap);
    await tsuki("stop", "orphan");
    expect(host.devices()).not.toContain(before.tap);
    expect(host.onHost("nft", "list", "ruleset")).not.toContain("9000");
    await tsuki("start", "orphan");
    await listening("orphan");
    expect(await reaches("one", before.address)).toBe(true);
    expect((await seen("one")).instances).toEqual([before]);
    await tsuki("rm", "-f", "orphan");
    expect(await seen("one")).toMatchObject({ instances: [] });
  });

  it("mend what a killed command left", async () => {
    const words = ["run", "-q", "--monitor", "process", "--network", "one", "traffic.c"];
    await host.killed([...words, "serve", port]);
    const left = host.devices().filter((name) => name.includes("."));
    expect(left).toHaveLength(1);
    expect(await seen("one")).toMatchObject({ instances: [] });
    const server = await serve("one", "after");
    expect(left).toEqual([server.tap]);
    expect(await reaches("one", server.address)).toBe(true);
    await tsuki("rm", "-f", "after");
  });

  it("are there again after the host restarted", async () => {
    const { bridge } = await seen("two");
    host.onHost("ip", "link", "delete", bridge);
    host.onHost("nft", "delete", "table", "inet", bridge);
    const server = await serve("two", "again");
    expect(await reaches("two", server.address)).toBe(true);
    await tsuki("rm", "-f", "again");
  });

  it("have as many addresses as fit, and say when none is left", async () => {
    await tsuki("network", "create", "--subnet", "10.9.8.0/29", "small");
    const create = async (name: string) =>
      await tsuki(
        ...["create", "-q", "--monitor", "process", "--network", "small"],
        ...["--name", name, "traffic.c", "serve", port],
      );
    for (const name of ["a", "b", "c", "d", "e"])
      expect(await create(name)).toMatchObject({ status: 0 });
    expect((await seen("small")).instances.map(({ address }) => address)).toEqual(
      [2, 3, 4, 5, 6].map((number) => `10.9.8.${number}`),
    );
    const refused = await create("f");
    expect(refused.errors).toContain("the network small (10.9.8.0/29) has no address left");
    await tsuki("rm", "c");
    expect(await create("f")).toMatchObject({ status: 0 });
    expect((await tsuki("network", "rm", "small")).errors).toContain(
      "the network small is used by a, b, d, e, f",
    );
    await tsuki("prune");
    expect(await tsuki("network", "rm", "small")).toMatchObject({ status: 0, output: "small\n" });
  });

  it("touch nobody else's devices and rules", async () => {
    await tsuki("network", "create", "three");
    const { bridge } = await seen("three");
    host.onHost("ip", "link", "delete", bridge);
    host.onHost("ip", "link", "add", bridge, "type", "bridge");
    const refused = `there is a device ${bridge} that is not the network three's`;
    expect((await tsuki("network", "rm", "three")).errors).toContain(refused);
    expect((await run("three", "traffic.c", "serve", port)).errors).toContain(refused);
    expect(host.devices()).toContain(bridge);
    host.onHost("ip", "link", "delete", bridge);
    host.onHost("nft", `delete table inet ${bridge}; add table inet ${bridge}`);
    expect((await tsuki("network", "rm", "three")).errors).toContain(
      `there is a table ${bridge} of rules that is not the network three's`,
    );
    host.onHost("nft", "delete", "table", "inet", bridge);
    expect(await tsuki("network", "rm", "three")).toMatchObject({ status: 0 });
    expect(host.onHost("nft", "list", "table", "inet", "others")).toBe(others);
  });

  it("take no port that somebody has", async () => {
    await serve("one", "holder", "-p", `9000:${port}`);
    const taken = await run("two", "-p", `9000:${port}`, "traffic.c", "serve", port);
    expect(taken.errors).toContain("port 0.0.0.0:9000 (tcp) cannot be published: holder has it");
    await tsuki("rm", "-f", "holder");
    const traffic = compileProgram("traffic", host.place.folder);
    const words = ["netns", "exec", host.host, traffic, "serve", "9000"];
    const program = spawn("ip", words, { stdio: ["ignore", "pipe", "ignore"] });
    await once(program.stdout, "data");
    const inUse = await run("two", "-d", "-p", `9000:${port}`, "traffic.c", "serve", port);
    expect(inUse).toMatchObject({ status: 125 });
    expect(inUse.errors).toContain("port 0.0.0.0:9000 (tcp) cannot be published: it is in use");
    await kill(program.pid ?? 0);
  });

  it.each([
    [["network", "create", "one"], 2, "there is a network called one already"],
    [["network", "create", "host"], 2, "host is a network that there is always"],
    [["network", "create", "a/b"], 2, "a/b is no name for a network"],
    [["network", "create", "--subnet", "10.1.2.3/24", "x"], 2, "10.1.2.3/24 is no subnet"],
    [
      ["network", "create", "--subnet", "198.51.0.0/16", "x"],
      1,
      "overlaps 198.51.100.0/24, a network",
    ],
    [["network", "create", "--subnet", "10.201.0.0/16", "x"], 1, "10.201.0.0/24, the network one"],
    [["network", "rm", "none"], 1, "no network is called none"],
    [["run", "--network", "none.such", "traffic.c"], 127, "no network is called none.such"],
    [["run", "--network", "one", "--net", "host", "traffic.c"], 125, "choose one of"],
  ])("refuse %j in one line", async (words, status, message) => {
    const ending = await tsuki(...words);
    expect(ending.errors).toContain(message);
    expect(lines(ending.errors)).toHaveLength(1);
    expect(ending.status).toBe(status);
  });

  it("say what is missing: rights, with the way without them, and tools", async () => {
    const powerless = ["setpriv", "--bounding-set", "-net_admin"];
    const program = join(import.meta.dirname, "..", "..", "dist", "cli.js");
    const command = [process.execPath, program, "network", "create", "x"];
    const [first = "", ...words] = [...powerless, ...command];
    expect((await host.place.run(first, words)).errors).toMatch(
      /^tsuki: networks need root \(CAP_NET_ADMIN\); without it [^\n]+--net user[^\n]+\n$/,
    );
    const toolless = { environment: { PATH: "/nowhere" } };
    const [node = "", ...rest] = command;
    expect((await host.place.run(node, rest, toolless)).errors).toMatch(
      /^tsuki: networks need ip; install it \(apt-get install iproute2\)[^\n]+\n$/,
    );
  });

  it("leave nothing behind", async () => {
    await tsuki("prune");
    expect(lines((await tsuki("network", "prune")).output)).toEqual(["one", "two"]);
    expect(host.devices()).toEqual([]);
    expect(host.onHost("nft", "list", "tables")).toBe("table inet others\n");
  });
});
