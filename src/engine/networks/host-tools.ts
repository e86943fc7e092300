/** `ip` and `nft`, run without a shell: how networks change the host. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { TsukiError } from "../../contracts/errors.ts";
import { attempt } from "../attempt.ts";

/** The programs, and the packages that bring them. */
const packages = { ip: "iproute2", nft: "nftables" } as const;

/** CAP_NET_ADMIN, by its bit (capabilities(7)). */
const networkAdministration = 1n << 12n;

/** What networks need and this host lacks, in one line. Throws `network-unavailable`. */
export function requireNetworkRights(): void {
  const without =
    "without it instances have the host's sockets (--net host) or a machine's own network (--net user -p 8080:80)";
  if (process.platform !== "linux") throw unavailable(`networks need Linux; ${without}`);
  if (!mayAdminister()) throw unavailable(`networks need root (CAP_NET_ADMIN); ${without}`);
  if (existsSync("/dev/net/tun")) return;
  throw unavailable(`networks need /dev/net/tun (modprobe tun); ${without}`);
}

function mayAdminister(): boolean {
  const status = attempt(() => readFileSync("/proc/self/status", "utf8")) ?? "";
  const [, effective = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  return (BigInt(`0x${effective}`) & networkAdministration) !== 0n;
}

/** What `ip` prints. Throws `network-failed`, `network-unavailable`. */
export function runIp(...words: readonly string[]): string {
  return runTool("ip", words, "");
}

/** Has one `ip` do several things, up to the first that fails: it does so whoever kills this process. */
export function runIpCommands(commands: readonly (readonly string[])[]): void {
  runTool("ip", ["-batch", "-"], commands.map((words) => `${words.join(" ")}\n`).join(""));
}

/** Has `nft` read a script, all of which is done or nothing. Throws as `runIp` does. */
export function applyRules(script: string): void {
  runTool("nft", ["-f", "-"], script);
}

/** A table of rules as text; undefined where there is none of the name. Throws `network-unavailable`. */
export function findRules(table: string): string | undefined {
  const { status, stdout } = start("nft", ["list", "table", "inet", table], "");
  return status === 0 ? stdout : undefined;
}

function runTool(name: keyof typeof packages, words: readonly string[], input: string): string {
  const { status, stdout, stderr } = start(name, words, input);
  if (status === 0) return stdout;
  const said = stderr.trim().split("\n")[0] ?? "";
  throw new TsukiError("network-failed", `${name} ${words.join(" ")} failed: ${said}`);
}

function start(name: keyof typeof packages, words: readonly string[], input: string) {
  const result = spawnSync(name, words, { input, encoding: "utf8" });
  if (result.error === undefined) return result;
  if ("code" in result.error && result.error.code === "ENOENT") {
    throw unavailable(`networks need ${name}; install it (apt-get install ${packages[name]})`);
  }
  const message = `${name} cannot be started: ${result.error.message}`;
  throw new TsukiError("network-failed", message, { cause: result.error });
}

function unavailable(message: string): TsukiError {
  return new TsukiError("network-unavailable", message);
}
