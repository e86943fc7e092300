/** A host of a test's own, in a network namespace, and a neighbour outside: `tsuki network` works there. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type Ending, program, type RunOptions, Workplace } from "../command-line.fixture.ts";

/** Addresses of the host, as the neighbour knows it, and of the neighbour. */
export const outside = {
  host: "198.51.100.1",
  neighbour: "198.51.100.2",
  host6: "2001:db8::1",
} as const;

/** What keeps such tests from running here, as an ending of a title; empty when they can. */
export const hostNetworkNeeds = missingHere();

function missingHere(): string {
  if (process.platform !== "linux" || process.arch !== "x64") return " (needs Linux on x86-64)";
  if (process.getuid?.() !== 0) return " (needs root)";
  if (!existsSync("/dev/net/tun")) return " (needs /dev/net/tun)";
  const folders = (process.env["PATH"] ?? "").split(":");
  const isThere = (name: string) => folders.some((folder) => existsSync(`${folder}/${name}`));
  const missing = ["ip", "nft", "gcc", "curl", "setpriv"].filter((name) => !isThere(name));
  return missing.length === 0 ? "" : ` (needs ${missing.join(", ")})`;
}

let made = 0;

/** Two namespaces and a home. */
export class HostNetwork {
  readonly place = new Workplace();
  readonly host = `tsuki-${process.pid}-host-${made}`;
  readonly neighbour = `tsuki-${process.pid}-out-${made++}`;

  constructor() {
    for (const namespace of [this.host, this.neighbour]) {
      ip("netns", "add", namespace);
      ip("-n", namespace, "link", "set", "lo", "up");
    }
    const peer = ["peer", "name", "out", "netns", this.neighbour];
    ip("-n", this.host, "link", "add", "out", "type", "veth", ...peer);
    this.#giveAddresses(this.host, [`${outside.host}/24`, `${outside.host6}/64`]);
    this.#giveAddresses(this.neighbour, [`${outside.neighbour}/24`, "2001:db8::2/64"]);
    const settings = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"];
    this.onHost("sysctl", "-qw", ...settings);
  }

  #giveAddresses(namespace: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const isFree = address.includes(":") ? ["nodad"] : [];
      ip("-n", namespace, "address", "add", address, "dev", "out", ...isFree);
    }
    ip("-n", namespace, "link", "set", "out", "up");
  }

  /** Runs a program on the host; what it prints. */
  onHost(path: string, ...words: readonly string[]): string {
    return inNamespace(this.host, path, words);
  }

  /** Runs a program at the neighbour's; what it prints. */
  atNeighbour(path: string, ...words: readonly string[]): string {
    return inNamespace(this.neighbour, path, words);
  }

  /** Runs `tsuki` on the host. */
  async tsuki(words: readonly string[], options: RunOptions = {}): Promise<Ending> {
    const line = ["netns", "exec", this.host, process.execPath, program, ...words];
    return await this.place.run("ip", line, options);
  }

  /** Runs `tsuki` on the host, and kills it once it has written something. */
  async killed(words: readonly string[]): Promise<void> {
    const line = ["netns", "exec", this.host, process.execPath, program, ...words];
    const { folder, environment } = this.place;
    const stdio = ["ignore", "pipe", "ignore"] as const;
    const child = spawn("ip", line, { cwd: folder, env: environment, stdio: [...stdio] });
    await once(child.stdout ?? child, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Names of the host's devices that Tsuki made. */
  devices(): readonly string[] {
    const names = this.onHost("ip", "-brief", "link").split("\n");
    return names
      .map((line) => line.split(/\s/)[0] ?? "")
      .filter((name) => name.startsWith("tsuki"));
  }

  /** Ends whatever runs there, and removes all. */
  close(): void {
    for (const namespace of [this.host, this.neighbour]) {
      const output = execFileSync("ip", ["netns", "pids", namespace], { encoding: "utf8" });
      for (const id of output.trim().split(/\s+/).filter(Boolean)) end(Number(id));
      ip("netns", "delete", namespace);
    }
    this.place.remove();
  }
}

function end(processId: number): void {
  try {
    process.kill(processId, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function inNamespace(namespace: string, path: string, words: readonly string[]): string {
  const line = ["netns", "exec", namespace, path, ...words];
  return execFileSync("ip", line, { encoding: "utf8", timeout: 15_000 });
}

function ip(...words: readonly string[]): void {
  execFileSync("ip", words, { stdio: ["ignore", "ignore", "pipe"] });
}
