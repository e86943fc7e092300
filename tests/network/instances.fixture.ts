/** Instances on networks of Linux's own, and Linux's own programs that talk to them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MonitorName } from "../../src/monitors/interface.ts";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import {
  addresses,
  compileProgram,
  networkNeeds,
  type Running,
  type TestNetwork,
  tapName,
} from "../../tools/network/namespaces.ts";
import { program } from "../command-line.fixture.ts";

/** A monitor whose instances use the kernel's own stack on a tap. */
export interface StackCase {
  readonly monitor: MonitorName;
  /** What is missing here, as an ending of a title; empty when it runs. */
  readonly needs: string;
  /** How many bytes are much. */
  readonly bulkBytes: number;
}

/** All of them. */
export const stackCases: readonly StackCase[] = [
  { monitor: "process", needs: networkNeeds, bulkBytes: 6_000_000 },
  { monitor: "qemu", needs: networkNeeds || (hasQemu ? "" : qemuNeeded), bulkBytes: 2_000_000 },
];

/** What instances find at Linux's end, unless a test says otherwise. */
const staticAddresses = `${addresses.instance}/24,${addresses.instance6}/64`;

/** Lower than all ports that are chosen at random: tshark asks the lower one what the bytes are. */
export const trafficPort = 20_000;

const root = join(import.meta.dirname, "..", "..");

/** Sources of apps. */
export const apps = {
  traffic: join(root, "tools", "network", "programs", "traffic.c"),
  http: join(root, "examples", "http-c", "http.c"),
  frames: join(root, "examples", "frames-c", "frames.c"),
  looking: join(root, "examples", "frames-as", "frames.as.ts"),
  echo: join(root, "examples", "echo-c", "echo.c"),
  linger: join(root, "tools", "network", "programs", "linger.c"),
  datagrams: join(root, "tools", "network", "programs", "datagrams.c"),
  names: join(root, "tools", "network", "programs", "names.c"),
} as const;

/** Instances that share a cache, so that each app is compiled once. */
export class Instances {
  readonly #folder = mkdtempSync(join(tmpdir(), "tsuki-instances-"));

  /** Starts an app on a network's tap; options stand before the source. */
  start(
    network: TestNetwork,
    monitor: MonitorName,
    source: string,
    words: readonly string[],
    options: readonly string[] = [],
    configuration: string = staticAddresses,
  ): Running {
    const net = `tap=${tapName},${configuration}`;
    const line = ["run", "--quiet", "--monitor", monitor, "--net", net, ...options, source];
    const environment = { ...process.env, XDG_CACHE_HOME: this.#folder };
    return network.start(network.near, process.execPath, [program, ...line, ...words], environment);
  }

  /** Linux's own traffic program. */
  get traffic(): string {
    return compileProgram("traffic", this.#folder);
  }

  /** Linux's own datagram program. */
  get datagrams(): string {
    return compileProgram("datagrams", this.#folder);
  }

  /** Linux's own flood program. */
  get flood(): string {
    return compileProgram("flood", this.#folder);
  }

  /** Removes what was built. */
  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** The networks of a test, so that they can be closed behind it. */
export class Networks {
  readonly #open: TestNetwork[] = [];

  /** Has a network closed with the others. */
  closing(network: TestNetwork): TestNetwork {
    this.#open.push(network);
    return network;
  }

  /** Closes them all. */
  async close(): Promise<void> {
    for (const network of this.#open.splice(0)) await network.close();
  }
}

/** Whether a line is of the stack's protocols: a random port is some other one's now and then. */
function isOurs(line: string): boolean {
  const [, protocol = ""] = /^\s*\d+\s+\S+\s+(\S+)\s/.exec(line) ?? [];
  return /^(?:Ethernet|ARP|IPv[46]|ICMP(?:v6)?|TCP|UDP|DHCP|DNS)/.test(protocol);
}

/** What tshark finds wrong with a file of frames: lines of its expert, malformed packets first. */
export async function expertFindings(
  network: TestNetwork,
  path: string,
): Promise<{ readonly malformed: string; readonly retransmissions: number; frames: number }> {
  const checks = ["-o", "ip.check_checksum:FALSE", "-o", "tcp.check_checksum:FALSE"];
  const plain = ["tcp", "udp"].flatMap((name) => ["-d", `${name}.port==${trafficPort},data`]);
  const expert = await network.run("tshark", ...checks, ...plain, "-r", path, "-q", "-z", "expert");
  const malformed = expert
    .split("\n")
    .filter((line) => /malformed|Protocol\s|Undecoded|Checksum/i.test(line))
    .filter((line) => !/Frequency/.test(line) && isOurs(line))
    .join("\n");
  const count = (pattern: RegExp): number =>
    [...expert.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0);
  const frames = await network.run("tshark", "-r", path, "-T", "fields", "-e", "frame.number");
  return {
    malformed,
    retransmissions: count(/^\s*(\d+)\s+Sequence\s+TCP\s+.*retransmission/gm),
    frames: frames.trim().split("\n").length,
  };
}
