/** A network's devices on the host: a bridge, and a tap at it for each instance that runs. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { TsukiError } from "../../contracts/errors.ts";
import { attempt } from "../attempt.ts";
import { runIp, runIpCommands } from "./host-tools.ts";
import {
  gatewayHost,
  type Lease,
  markOf,
  type NetworkRecord,
  prefixedAddresses,
  tapOf,
} from "./network-record.ts";
import { readSubnet, type Subnet } from "./subnet.ts";

/** What `ip -json` prints, of which little is read. */
const listing = Type.Array(Type.Record(Type.String(), Type.Unknown()));

/** A device as `ip -json` tells of it. */
interface Device {
  readonly name: string;
  /** Who made it, in Tsuki's words. */
  readonly mark: string;
}

/**
 * Makes whatever is missing of a network's devices. The tap of `starting`, a host's number, is made
 * anew: what a crash left may hold the old one still.
 */
export function makeDevices(
  record: NetworkRecord,
  running: readonly Lease[],
  starting: number | undefined,
): void {
  const devices = listDevices();
  const bridge = devices.get(record.bridge);
  if (bridge === undefined) makeBridge(record);
  else requireOurs(record, bridge);
  // The host reaches published ports at its loopback address, too; rules keep instances from it.
  writeFileSync(`/proc/sys/net/ipv4/conf/${record.bridge}/route_localnet`, "1");
  const renewed = starting === undefined ? "" : tapOf(record, starting);
  if (tapsOf(record, devices).some(({ name }) => name === renewed)) {
    runIp("link", "delete", "dev", renewed);
    devices.delete(renewed);
  }
  for (const name of running.map(({ host }) => tapOf(record, host))) {
    const device = devices.get(name);
    if (device === undefined) makeTap(record, name);
    else requireOurs(record, device);
  }
}

/** Removes taps of instances that do not run. */
export function removeIdleTaps(record: NetworkRecord, running: readonly Lease[]): void {
  const kept = running.map(({ host }) => tapOf(record, host));
  for (const { name } of tapsOf(record, listDevices())) {
    if (!kept.includes(name)) runIp("link", "delete", "dev", name);
  }
}

/** Removes all of a network's devices, and nobody else's. */
export function removeDevices(record: NetworkRecord): void {
  const devices = listDevices();
  const bridge = devices.get(record.bridge);
  if (bridge !== undefined) requireOurs(record, bridge);
  for (const { name } of tapsOf(record, devices)) runIp("link", "delete", "dev", name);
  if (bridge !== undefined) runIp("link", "delete", "dev", bridge.name);
}

/** Whether the host has a device of this name. */
export function hasDevice(name: string): boolean {
  return listDevices().has(name);
}

/** The subnets that this host has addresses in or knows a way to. */
export function routedSubnets(): readonly Subnet[] {
  const routes: unknown = JSON.parse(runIp("-json", "-4", "route", "show", "table", "all") || "[]");
  return records(routes).flatMap(({ dst }) =>
    typeof dst === "string" && dst !== "0.0.0.0/0" ? (readSubnet(dst) ?? []) : [],
  );
}

/** Whether the host hands packets on between its networks. */
export function forwardsPackets(): boolean {
  return attempt(() => readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim()) !== "0";
}

/** Whether the host has IPv6, and gives it to new devices. */
export function hasIpv6(): boolean {
  const path = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
  return attempt(() => readFileSync(path, "utf8").trim()) === "0";
}

function makeBridge(record: NetworkRecord): void {
  const { bridge } = record;
  const address = hardwareAddress(`${record.id} bridge`);
  // Without a wait for other bridges' word: there is one bridge, and no circle.
  const settings = ["type", "bridge", "forward_delay", "0", "stp_state", "0"];
  const addresses = prefixedAddresses(record, gatewayHost).map((own) => [
    ...["address", "add", own, "dev", bridge],
    ...(own.includes(":") ? ["nodad"] : []),
  ]);
  makeDevice(bridge, [
    ["link", "add", "name", bridge, "address", address, ...settings],
    ["link", "set", "dev", bridge, "alias", markOf(record)],
    ...addresses,
    ["link", "set", "dev", bridge, "up"],
  ]);
}

function makeTap(record: NetworkRecord, name: string): void {
  const address = hardwareAddress(`${record.id} ${name}`);
  makeDevice(name, [
    ["tuntap", "add", "dev", name, "mode", "tap", "vnet_hdr"],
    ["link", "set", "dev", name, "alias", markOf(record)],
    ["link", "set", "dev", name, "address", address, "master", record.bridge, "up"],
  ]);
}

/** All of it or nothing. */
function makeDevice(name: string, commands: readonly (readonly string[])[]): void {
  try {
    runIpCommands(commands);
  } catch (error) {
    attempt(() => runIp("link", "delete", "dev", name));
    throw error;
  }
}

function tapsOf(record: NetworkRecord, devices: ReadonlyMap<string, Device>): readonly Device[] {
  const mark = markOf(record);
  return [...devices.values()].filter(
    (one) => one.mark === mark && one.name.startsWith(`${record.bridge}.`),
  );
}

function requireOurs(record: NetworkRecord, { name, mark }: Device): void {
  if (mark === markOf(record)) return;
  const problem = `there is a device ${name} that is not the network ${record.name}'s`;
  throw new TsukiError(
    "network-failed",
    `${problem}; rename it or delete it (ip link delete ${name})`,
  );
}

function listDevices(): Map<string, Device> {
  const links: unknown = JSON.parse(runIp("-json", "link", "show") || "[]");
  return new Map(
    records(links).flatMap(({ ifname, ifalias }) =>
      typeof ifname === "string"
        ? [[ifname, { name: ifname, mark: typeof ifalias === "string" ? ifalias : "" }] as const]
        : [],
    ),
  );
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Value.Check(listing, value) ? value : [];
}

/** A local address that is the same every time (IEEE 802, 8.4), so that neighbours need not ask again. */
function hardwareAddress(text: string): string {
  const digits = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return `02:${digits.match(/../g)?.join(":") ?? ""}`;
}
