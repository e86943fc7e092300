import { describe, expect, it } from "vitest";
import type { Lease, NetworkRecord } from "./network-record.ts";
import { networkRules } from "./rules.ts";

const record: NetworkRecord = {
  version: 1,
  id: "0123456789abcdef",
  name: "web",
  created: "2026-01-02T03:04:05.000Z",
  labels: {},
  bridge: "tsuki-ab12",
  subnet: "10.201.0.0/24",
  prefix6: "fd01:203:405",
  isInternal: false,
};

const holder = { pid: 1, started: "" };
const open = { protocol: "tcp", hostAddress: "0.0.0.0", hostPort: 8080, guestPort: 80 } as const;
const local = { protocol: "udp", hostAddress: "127.0.0.1", hostPort: 53, guestPort: 53 } as const;
const server: Lease = { host: 2, holder, name: "a", ports: [open, local] };

/** The rules of one chain. */
function chain(name: string, text: string): readonly string[] {
  const [, body = ""] = new RegExp(`chain ${name} \\{\\n(.*?)\\n {2}\\}`, "s").exec(text) ?? [];
  return body
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

describe("a network's rules", () => {
  it("replace its own table at once, and bear its mark", () => {
    const table = "table inet tsuki-ab12";
    const rules = networkRules(record, []);
    expect(rules.startsWith(`${table}\ndelete ${table}\n${table} {\n`)).toBe(true);
    expect(rules).toContain('comment "tsuki:network:0123456789abcdef"');
    expect(rules.match(/^(?:table|delete table) .*$/gm)).toHaveLength(3);
  });

  it("let nothing in but answers and published ports", () => {
    const rules = chain("forward", networkRules(record, [server]));
    expect(rules).toEqual([
      'iifname "tsuki-ab12" oifname "tsuki-ab12" accept',
      'iifname "tsuki-ab12" ct state established,related accept',
      'oifname "tsuki-ab12" ct state established,related accept',
      'oifname "tsuki-ab12" ct status dnat accept',
      'oifname "tsuki-ab12" reject with icmpx type admin-prohibited',
    ]);
  });

  it("let nothing out of an internal network", () => {
    const rules = networkRules({ ...record, isInternal: true }, []);
    expect(chain("forward", rules).at(-1)).toBe(
      'iifname "tsuki-ab12" reject with icmpx type admin-prohibited',
    );
    expect(rules).not.toContain("oifname != ");
  });

  it("publish ports at the addresses that were asked for", () => {
    const to4 = "tcp dport 8080 dnat ip to 10.201.0.2:80";
    const to6 = "tcp dport 8080 dnat ip6 to [fd01:203:405::2]:80";
    expect(chain("prerouting", networkRules(record, [server]))).toEqual([
      `meta nfproto ipv4 fib daddr type local ${to4}`,
      `meta nfproto ipv6 fib daddr type local ${to6}`,
      "ip daddr 127.0.0.1 udp dport 53 dnat ip to 10.201.0.2:53",
    ]);
  });

  it("say nothing of IPv6 where the host has none", () => {
    expect(networkRules({ ...record, prefix6: "" }, [server])).not.toMatch(/ip6|ipv6/);
  });
});
