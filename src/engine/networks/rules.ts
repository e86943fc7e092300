/**
 * A network's rules for the host's packet filter, as nft(8) reads them: one table, replaced whole in
 * one transaction, that says nothing of packets that neither come from nor go to the network.
 */
import {
  addressesOf,
  type Lease,
  markOf,
  type NetworkRecord,
  subnet6Of,
} from "./network-record.ts";

/** Where a published port is open when no address stands before it. */
const anywhere = "0.0.0.0";

/** Replaces the network's table by one for these instances. */
export function networkRules(record: NetworkRecord, running: readonly Lease[]): string {
  const table = `table inet ${record.bridge}`;
  const chains = [
    chain("guard", "filter hook prerouting priority -300", guardRules(record)),
    chain("forward", "filter hook forward priority 0", forwardRules(record)),
    chain("prerouting", "nat hook prerouting priority -100", publishRules(record, running, "")),
    // ::1 leaves no host, whatever is asked for.
    chain(
      "output",
      "nat hook output priority -100",
      publishRules(record, running, "ip6 daddr != ::1 "),
    ),
    chain("postrouting", "nat hook postrouting priority 100", sourceRules(record)),
  ];
  return `${removedRules(record)}${table} {\n  comment "${markOf(record)}"\n${chains.join("")}}\n`;
}

/** Removes the network's table, whether it is there or not. */
export function removedRules({ bridge }: NetworkRecord): string {
  return `table inet ${bridge}\ndelete table inet ${bridge}\n`;
}

function chain(name: string, kind: string, rules: readonly string[]): string {
  const lines = [`type ${kind};`, ...rules].map((line) => `    ${line}\n`);
  return `  chain ${name} {\n${lines.join("")}  }\n`;
}

/** Loopback addresses are led to the bridge for the host's own use of published ports, for no instance's. */
function guardRules({ bridge }: NetworkRecord): readonly string[] {
  return [`iifname "${bridge}" ip daddr 127.0.0.0/8 drop`];
}

/** Answers, neighbours and published ports come in; everything else finds out at once that it does not. */
function forwardRules({ bridge, isInternal }: NetworkRecord): readonly string[] {
  const [from, to] = [`iifname "${bridge}"`, `oifname "${bridge}"`];
  const refused = "reject with icmpx type admin-prohibited";
  return [
    `${from} ${to} accept`,
    `${from} ct state established,related accept`,
    `${to} ct state established,related accept`,
    `${to} ct status dnat accept`,
    `${to} ${refused}`,
    ...(isInternal ? [`${from} ${refused}`] : []),
  ];
}

function publishRules(
  record: NetworkRecord,
  running: readonly Lease[],
  condition6: string,
): readonly string[] {
  return running.flatMap(({ host, ports }) => {
    const { address, address6 } = addressesOf(record, host);
    return ports.flatMap(({ protocol, hostAddress, hostPort, guestPort }) => {
      const port = `${protocol} dport ${hostPort} dnat`;
      if (hostAddress !== anywhere)
        return `ip daddr ${hostAddress} ${port} ip to ${address}:${guestPort}`;
      const local = "fib daddr type local";
      const rule = `meta nfproto ipv4 ${local} ${port} ip to ${address}:${guestPort}`;
      if (address6 === "") return rule;
      return [
        rule,
        `meta nfproto ipv6 ${condition6}${local} ${port} ip6 to [${address6}]:${guestPort}`,
      ];
    });
  });
}

/** Beyond the host nobody knows the network's addresses; nor does an instance the host's loopback. */
function sourceRules(record: NetworkRecord): readonly string[] {
  const { bridge, subnet, isInternal } = record;
  const subnet6 = subnet6Of(record);
  const sources = [`ip saddr ${subnet}`, ...(subnet6 === "" ? [] : [`ip6 saddr ${subnet6}`])];
  const published = [...sources, "ip saddr 127.0.0.0/8"];
  return [
    ...published.map((source) => `oifname "${bridge}" ct status dnat ${source} masquerade`),
    ...(isInternal ? [] : sources.map((source) => `oifname != "${bridge}" ${source} masquerade`)),
  ];
}
