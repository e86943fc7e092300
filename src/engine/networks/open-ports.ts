/** Ports of the host that programs have open, without touching them (proc(5), /proc/net/tcp). */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import type { PortForward } from "../../monitors/interface.ts";
import { attempt } from "../attempt.ts";

const listening = { tcp: "0A", udp: "07" } as const;
const anyAddress = "00000000";

/**
 * Whether somebody has an IPv4 port open so that nobody else can: what is open for IPv6 may or may not
 * be for IPv4, too, and does not count. `readTable` reads a file of /proc/net.
 */
export function isPortOpen(
  { protocol, hostAddress, hostPort }: PortForward,
  readTable: (protocol: "tcp" | "udp") => string = tableOf,
): boolean {
  if (!isIPv4(hostAddress)) return false;
  const wanted = hexadecimalOf(hostAddress);
  const entries = readTable(protocol).matchAll(/^ *\d+: ([0-9A-F]{8}):([0-9A-F]{4}) \S+ (\S\S)/gm);
  return [...entries].some(
    ([, address = "", port = "", state]) =>
      state === listening[protocol] &&
      Number.parseInt(port, 16) === hostPort &&
      (wanted === address || [wanted, address].includes(anyAddress)),
  );
}

function tableOf(protocol: "tcp" | "udp"): string {
  return attempt(() => readFileSync(`/proc/net/${protocol}`, "latin1")) ?? "";
}

/** The first byte last, as processors with the least significant byte first show it. */
function hexadecimalOf(address: string): string {
  const bytes = address.split(".").map(Number).reverse();
  return Buffer.from(bytes).toString("hex").toUpperCase();
}
