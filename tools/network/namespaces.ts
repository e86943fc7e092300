/** Networks of Linux's own around an instance: namespaces, taps, and cables that lose frames. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The addresses of Linux's end and of the instance's. */
export const addresses = {
  linux: "10.77.0.1",
  instance: "10.77.0.2",
  linux6: "fd77::1",
  instance6: "fd77::2",
} as const;

/** The instance's tap, in the namespace where it runs. */
export const tapName = "tap0";

/** The device on which Linux can stand in for an instance behind a cable. */
export const bridgeName = "bridge";

/** What a cable does to frames. */
export interface CableFaults {
  readonly delayMs: number;
  readonly jitterMs?: number;
  /** Probabilities from 0 to 1. */
  readonly loss?: number;
  readonly duplicate?: number;
  readonly megabits?: number;
}

const needed = ["ip", "gcc", "curl", "wrk", "ping", "tshark", "dnsmasq"];

/** What keeps the tests from running here, as an ending of their title; empty when they can. */
export const networkNeeds = missingHere();

function missingHere(): string {
  if (process.platform !== "linux" || process.arch !== "x64") return " (needs Linux on x86-64)";
  if (process.getuid?.() !== 0) return " (needs root)";
  if (!existsSync("/dev/net/tun")) return " (needs /dev/net/tun)";
  const missing = needed.filter((name) => !isInstalled(name));
  return missing.length === 0 ? "" : ` (needs ${missing.join(", ")})`;
}

function isInstalled(name: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(":");
  return folders.some((folder) => existsSync(join(folder, name)));
}

/** A program under way, and what it has said. */
export class Running {
  output = "";
  errors = "";
  readonly child: ChildProcess;
  readonly #ended: Promise<number>;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on("data", (bytes: Buffer) => {
      this.output += bytes.toString("utf8");
      child.emit("said");
    });
    child.stderr?.on("data", (bytes: Buffer) => {
      this.errors += bytes.toString("utf8");
      child.emit("said");
    });
    this.#ended = new Promise((settle, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => {
        settle(status ?? (signal === "SIGKILL" ? 137 : 143));
        child.emit("said");
      });
    });
    this.#ended.catch(() => {});
  }

  /** The exit status, once it has ended. */
  ended(): Promise<number> {
    return this.#ended;
  }

  /** Resolves once it has said something of this form, on either stream. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output) && !pattern.test(this.errors)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`ended without saying ${pattern}: ${this.output}${this.errors}`);
      }
      await new Promise((settle) => this.child.once("said", settle));
    }
  }

  /** Ends it and waits for that. */
  async stop(): Promise<number> {
    this.child.kill("SIGTERM");
    return await this.#ended;
  }
}

let made = 0;

/** One or two namespaces: where Linux's end is, and, behind a cable, where the instance is. */
export class TestNetwork {
  /** Has Linux's addresses. */
  readonly linux: string;
  /** Has the instance's tap. */
  readonly near: string;
  readonly folder = mkdtempSync(join(tmpdir(), "tsuki-network-"));
  readonly #running: Running[] = [];

  private constructor(hasCable: boolean) {
    const name = `tsuki-${process.pid}-${made++}`;
    this.linux = `${name}-linux`;
    this.near = hasCable ? `${name}-near` : this.linux;
    for (const namespace of new Set([this.linux, this.near])) {
      ip("netns", "add", namespace);
      ip("-n", namespace, "link", "set", "lo", "up");
    }
  }

  /** The instance's tap ends at Linux itself. */
  static direct(): TestNetwork {
    const network = new TestNetwork(false);
    network.#makeTap();
    network.#giveAddresses(tapName);
    return network;
  }

  /** Two Linux hosts on a link without faults: no instance, but its address is there. */
  static betweenHosts(): TestNetwork {
    const network = new TestNetwork(true);
    const peer = ["peer", "name", "near", "netns", network.near];
    ip("-n", network.linux, "link", "add", "far", "type", "veth", ...peer);
    network.#giveAddresses("far");
    network.giveInstanceAddress("near");
    return network;
  }

  /** Gives a device behind the cable the instance's address, so that Linux is there in its place. */
  giveInstanceAddress(device: string): void {
    ip("-n", this.near, "address", "add", `${addresses.instance}/24`, "dev", device);
    ip("-n", this.near, "link", "set", device, "up");
  }

  /** Between the two is a cable; `seed` chooses what it loses. */
  static async withCable(faults: CableFaults, seed: number): Promise<TestNetwork> {
    const network = new TestNetwork(true);
    network.#makeTap();
    const words = [faults.delayMs, faults.jitterMs ?? 0].map((time) => `${time * 1000}`);
    const chances = [faults.loss ?? 0, faults.duplicate ?? 0].map((chance) => `${chance * 10_000}`);
    const program = compileProgram("cable", network.folder);
    const cable = network.start(network.near, program, [
      ...["left", "right"],
      ...[...words, ...chances, `${seed}`, `${faults.megabits ?? 0}`],
    ]);
    await cable.said(/ready/);
    ip("-n", network.near, "link", "add", bridgeName, "type", "bridge", "forward_delay", "0");
    for (const end of [tapName, "left"]) {
      ip("-n", network.near, "link", "set", end, "master", bridgeName);
    }
    ip("-n", network.near, "link", "set", bridgeName, "up");
    ip("-n", network.near, "link", "set", "right", "netns", network.linux);
    network.#giveAddresses("right");
    return network;
  }

  #makeTap(): void {
    ip("-n", this.near, "tuntap", "add", "dev", tapName, "mode", "tap", "vnet_hdr");
    ip("-n", this.near, "link", "set", tapName, "up");
  }

  #giveAddresses(device: string): void {
    ip("-n", this.linux, "address", "add", `${addresses.linux}/24`, "dev", device);
    ip("-n", this.linux, "address", "add", `${addresses.linux6}/64`, "dev", device, "nodad");
    ip("-n", this.linux, "link", "set", device, "up");
  }

  /** Lets Linux know a neighbour's hardware address without asking. */
  introduce(address: string, hardware: string): void {
    const words = ["replace", address, "lladdr", hardware, "dev", tapName, "nud", "permanent"];
    ip("-n", this.linux, "neighbour", ...words);
  }

  /** Starts a program in a namespace. */
  start(
    namespace: string,
    path: string,
    words: readonly string[],
    environment: NodeJS.ProcessEnv = process.env,
  ): Running {
    const child = spawn("ip", ["netns", "exec", namespace, path, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
      env: environment,
    });
    const running = new Running(child);
    this.#running.push(running);
    return running;
  }

  /** Runs a program at Linux's end; what it wrote. Throws when it fails. */
  async run(path: string, ...words: readonly string[]): Promise<string> {
    const running = this.start(this.linux, path, words);
    const status = await running.ended();
    if (status === 0) return running.output;
    const said = `${running.output}${running.errors}`;
    throw new Error(`${path} ${words.join(" ")}: status ${status}: ${said}`);
  }

  /** Kibibytes of memory that an instance has: of what runs beside it and is none of the tests'. */
  residentKibibytes(): number {
    return processesIn(this.near)
      .map(statusOf)
      .filter((status) => !/^Name:\t(?:node|MainThread|ip|curl|flood)$/m.test(status))
      .reduce((sum, status) => sum + Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0), 0);
  }

  /** Ends everything, and removes the namespaces. */
  async close(): Promise<void> {
    const namespaces = [...new Set([this.linux, this.near])];
    // What a program started outlives it when it is killed: an instance, for one.
    for (const namespace of namespaces) {
      for (const processId of processesIn(namespace)) killProcess(processId);
    }
    await Promise.allSettled(this.#running.map((running) => running.ended()));
    for (const namespace of namespaces) ip("netns", "delete", namespace);
    rmSync(this.folder, { recursive: true });
  }
}

/** Those in it, and what they started: an instance with a tap is in a network namespace of its own. */
function processesIn(namespace: string): readonly number[] {
  const output = execFileSync("ip", ["netns", "pids", namespace], { encoding: "utf8" });
  const found = new Set(output.trim().split(/\s+/).filter(Boolean).map(Number));
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parents = all.map((name) => {
    const parent = /^PPid:\s+(\d+)$/m.exec(statusOf(Number(name)))?.[1];
    return [Number(name), Number(parent)] as const;
  });
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [id, parent] of parents) if (found.has(parent)) found.add(id);
  }
  return [...found];
}

/** What Linux says of a process; nothing of one that has ended meanwhile. */
function statusOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/status`, "latin1");
  } catch {
    return "";
  }
}

function killProcess(processId: number): void {
  try {
    process.kill(processId, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function ip(...words: readonly string[]): void {
  execFileSync("ip", words, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Compiles one of the programs beside this file for Linux; its path. */
export function compileProgram(name: string, folder: string): string {
  const path = join(folder, name);
  const source = join(import.meta.dirname, "programs", `${name}.c`);
  if (!existsSync(path)) execFileSync("gcc", ["-O2", "-o", path, source]);
  return path;
}
