import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, describe, expect, test } from "vitest";
import { main as asc } from "../../../tools/asc-compiler.js";
import { goodCable } from "../ethernet.ts";
import { builtKernel } from "../kernel.fixture.ts";
import { PcapWriter } from "../pcap.ts";
import { Simulation } from "../simulation.ts";
import { Cluster, type ClusterMachine } from "./cluster.ts";

const here = import.meta.dirname;
const second = 1_000_000_000n;
const ended = 0;

async function compileApp(): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const words = ["exchange.fixture.as.ts", "--runtime=stub", "--use=abort=", "-O1", "--outFile=a"];
  const { error, stderr } = await asc(words, {
    readFile: (name, folder) => {
      try {
        return readFileSync(join(here, folder === "." ? "" : folder, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") parts.push(contents);
    },
  });
  if (error !== null) throw new Error(stderr.toString());
  return parts[0] ?? new Uint8Array(0);
}

async function bundleThread(): Promise<string> {
  const entryPoints = [join(here, "machine-thread.ts")];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    format: "cjs",
    platform: "node",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

const app = await compileApp();
const threadProgram = await bundleThread();

const clusters: Cluster[] = [];
afterEach(() => {
  for (const cluster of clusters.splice(0)) cluster.end();
});

/** A server at 10.0.0.1 and so many clients, each with so many questions. */
function startExchange(simulation: Simulation, clientCount: number, questions: number) {
  const cluster = new Cluster(simulation, builtKernel(), threadProgram);
  clusters.push(cluster);
  const add = (index: number, name: string, words: readonly string[], jitterNs: number) =>
    cluster.add({
      name,
      app,
      arguments: [name, ...words],
      network: `10.0.0.${index}/24`,
      cable: { ...goodCable, jitterNs },
    });
  const server = add(1, "server", ["serve", String(clientCount)], 0);
  const clients = Array.from({ length: clientCount }, (_, index) =>
    add(index + 2, `client ${index}`, ["ask", String(questions)], 5_000),
  );
  return { cluster, server, clients };
}

const areOver = (machines: readonly ClusterMachine[]) => () =>
  machines.every(({ status }) => status !== undefined);

describe("machines in lock-step", () => {
  function runExchange(seed: number) {
    const simulation = new Simulation(seed);
    const { cluster, server, clients } = startExchange(simulation, 2, 10);
    const pcap = new PcapWriter();
    cluster.ethernet.tap = pcap.write;
    cluster.runUntil(areOver([server, ...clients]), 10n * second);
    expect([server, ...clients].map(({ status }) => status)).toEqual([ended, ended, ended]);
    expect(clients.map(({ output }) => output)).toEqual([".".repeat(10), ".".repeat(10)]);
    const frames = Buffer.from(pcap.bytes()).toString("hex");
    return { digest: simulation.trace.digest(), frames };
  }

  test("talk to one another, each in calls that wait; the seed decides all that happens", () => {
    const first = runExchange(7);
    expect(runExchange(7)).toEqual(first);
    expect(runExchange(8).digest).not.toBe(first.digest);
  });

  test("do not reach one another while the network is parted, and go on once it heals", () => {
    const { cluster, server, clients } = startExchange(new Simulation(3), 1, 10);
    const { timeline } = cluster.simulation;
    const [client] = clients;
    if (client === undefined) throw new Error("no client");
    cluster.runUntil(() => client.output.length === 4, second);
    cluster.ethernet.partition([server], [client]);
    const parted = timeline.monotonicTime();
    expect(() => cluster.runUntil(() => client.output.length > 5, 3n * second)).toThrow("not done");
    cluster.ethernet.heal();
    cluster.runUntil(areOver([server, client]), 60n * second);
    expect([client.output, client.status, server.status]).toEqual([".".repeat(10), ended, ended]);
    expect(timeline.monotonicTime() - parted).toBeGreaterThan(3n * second);
  });

  test("lose no byte on a network that loses frames", () => {
    const { cluster, server, clients } = startExchange(new Simulation(11), 1, 30);
    for (const machine of [server, ...clients]) {
      cluster.ethernet.setQuality(machine, { ...goodCable, loss: 0.1, duplicate: 0.1 });
    }
    cluster.runUntil(areOver([server, ...clients]), 300n * second);
    expect(clients[0]?.output).toBe(".".repeat(30));
  });

  test("that wait for what never comes are found out", () => {
    const { cluster, server } = startExchange(new Simulation(1), 0, 0);
    const stranger = cluster.add({
      name: "stranger",
      app,
      arguments: ["stranger", "serve", "1"],
      network: "10.0.0.9/24",
    });
    const { timeline } = cluster.simulation;
    expect(() => cluster.runUntil(areOver([server, stranger]), 60n * second)).toThrow("not done");
    expect(server.status).toBe(ended);
    expect(timeline.monotonicTime()).toBeLessThanOrEqual(60n * second);
  });
});
