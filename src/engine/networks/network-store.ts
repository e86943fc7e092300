/** The networks of a user: what they are, and who has which of their addresses. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { attempt } from "../attempt.ts";
import { dataFolder } from "../data-folder.ts";
import type { StoredInstance } from "../instances/instance-store.ts";
import { isLiving } from "../instances/lifecycle.ts";
import { damagedState, NamedFolders, readDocument } from "../named-folders.ts";
import { isAlive, thisProcess } from "../process-identity.ts";
import {
  hasDevice,
  hasIpv6,
  makeDevices,
  removeDevices,
  removeIdleTaps,
  routedSubnets,
} from "./devices.ts";
import { applyRules, findRules, requireNetworkRights } from "./host-tools.ts";
import {
  type Lease,
  leasesDocument,
  leasesFile,
  markOf,
  type NetworkRecord,
  networkDocument,
} from "./network-record.ts";
import { checkPorts } from "./published-ports.ts";
import { networkRules, removedRules } from "./rules.ts";
import {
  chooseSubnet,
  formatSubnet,
  hostLimit,
  overlap,
  parseSubnet,
  type Subnet,
  uniqueLocalPrefix,
} from "./subnet.ts";

/** A network and the places in it that are taken. */
export interface Network {
  readonly record: NetworkRecord;
  readonly leases: readonly HeldLease[];
}

/** A place in a network. */
export interface HeldLease extends Lease {
  /** Whether its instance runs, or is being started. */
  readonly isRunning: boolean;
}

/** What a new network is to be. */
export interface NetworkOptions {
  readonly name: string;
  /** Chosen where undefined. */
  readonly subnet: Subnet | undefined;
  readonly isInternal: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** A place that was taken just now, and who else is in the network. */
export interface NewLease {
  readonly record: NetworkRecord;
  readonly host: number;
  readonly neighbours: readonly Lease[];
}

/** Words that mean something else where a network is named. */
const reservedNames = ["host", "user", "none", "tap"];

const idBytes = 8;
const bridgeBytes = 2;
const firstHost = 2;

/** All networks of one user. */
export class NetworkStore {
  readonly #folders: NamedFolders;
  readonly #listInstances: () => readonly StoredInstance[];

  constructor(folder: string, listInstances: () => readonly StoredInstance[]) {
    this.#folders = new NamedFolders(folder, "network");
    this.#listInstances = listInstances;
  }

  /** Every network by its name. Throws `state-damaged`. */
  list(): readonly Network[] {
    const instances = this.#listInstances();
    return this.#folders.names().flatMap((name) => this.#find(name, instances) ?? []);
  }

  /** The network of a name. Throws `network-missing`. */
  require(name: string): Network {
    return this.#find(name, this.#listInstances()) ?? missing(name);
  }

  /** Makes a network on this host. Throws `usage`, `network-busy`, `network-unavailable`. */
  async create(options: NetworkOptions, now: string): Promise<Network> {
    const { name, isInternal, labels } = options;
    if (reservedNames.includes(name)) {
      throw new TsukiError(
        "usage",
        `${name} is a network that there is always; choose another name`,
      );
    }
    requireNetworkRights();
    return await this.#folders.alone(async () => {
      const record: NetworkRecord = {
        version: 1,
        id: randomBytes(idBytes).toString("hex"),
        name,
        created: now,
        labels: { ...labels },
        bridge: inventBridge(),
        subnet: formatSubnet(this.#freeSubnet(options.subnet)),
        prefix6: hasIpv6() ? uniqueLocalPrefix(randomBytes(5)) : "",
        isInternal,
      };
      this.#folders.create(name, record, () => {});
      const network = { record, leases: [] };
      try {
        settleHost(network);
      } catch (error) {
        attempt(() => removeFromHost(record));
        this.#folders.remove(name);
        throw error;
      }
      return network;
    });
  }

  /** Removes a network. Throws `network-missing`, `network-busy`. */
  async remove(name: string): Promise<void> {
    requireNetworkRights();
    await this.#folders.alone(async () => {
      const { record, leases } = this.require(name);
      const users = leases.map(describeLease);
      if (users.length > 0) {
        const problem = `the network ${name} is used by ${users.join(", ")}`;
        throw new TsukiError("network-busy", `${problem}; remove those first`);
      }
      removeFromHost(record);
      this.#folders.remove(name);
    });
  }

  /** Removes networks in which no instance has a place, and what is left of crashes in others; their names. */
  async prune(): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const { record, leases } of this.list()) {
      if (leases.length > 0) await this.settle(record.name);
      else await this.remove(record.name);
      if (leases.length === 0) removed.push(record.name);
    }
    return removed;
  }

  /**
   * Gives this process a place in a network until it ends; from then on to an instance whose record
   * names the place. Throws `network-missing`, `network-busy` when no address is free.
   */
  async lease(name: string): Promise<NewLease> {
    requireNetworkRights();
    return await this.#folders.alone(async () => {
      const { record, leases } = this.require(name);
      const taken = new Set(leases.map(({ host }) => host));
      let host = firstHost;
      while (taken.has(host)) host++;
      if (host > hostLimit(parseSubnet(record.subnet))) throw exhausted(record);
      const lease = { host, holder: thisProcess(), name: "", ports: [] };
      this.#writeLeases(name, [...leases, lease]);
      return { record, host, neighbours: leases };
    });
  }

  /**
   * Makes ready what the instance at a place needs on the host: this process is about to start it.
   * Throws `network-failed` when a port is taken, `usage` when none can be published.
   */
  async attach(name: string, host: number, instance: Pick<Lease, "name" | "ports">): Promise<void> {
    requireNetworkRights();
    await this.#folders.alone(async () => {
      const networks = this.list();
      const { record, leases } = networks.find((one) => one.record.name === name) ?? missing(name);
      if (!leases.some((one) => one.host === host)) {
        throw damagedState(join(this.#folders.pathOf(name), leasesFile), `has no lease ${host}`);
      }
      if (record.isInternal && instance.ports.length > 0) {
        throw new TsukiError("usage", `no ports are published in ${name}, an internal network`);
      }
      const others = networks.flatMap((one) => (one.record.name === name ? [] : one.leases));
      const beside = leases.filter((one) => one.host !== host);
      await checkPorts(instance.ports, [...others, ...beside]);
      const own = { ...instance, host, holder: thisProcess(), isRunning: true };
      this.#writeLeases(name, [...beside, own]);
      settleHost({ record, leases: [...beside, own] }, host);
    });
  }

  /** Gives a place back that this process has: its instance has ended. */
  async release(name: string, host: number): Promise<void> {
    await this.#folders.alone(async () => {
      const network = this.#find(name, this.#listInstances());
      if (network === undefined) return;
      const leases = network.leases.filter((one) => one.host !== host);
      this.#writeLeases(name, leases);
      settleHost({ record: network.record, leases });
    });
  }

  /** Takes away what instances left that are gone or do not run; places of those that are gone. */
  async settle(name: string): Promise<void> {
    await this.#folders.alone(async () => {
      const network = this.#find(name, this.#listInstances());
      if (network === undefined) return;
      this.#writeLeases(name, network.leases);
      settleHost(network);
    });
  }

  /** A network with the leases that somebody has still. */
  #find(name: string, instances: readonly StoredInstance[]): Network | undefined {
    const text = this.#folders.readRecord(name);
    if (text === undefined) return undefined;
    const path = this.#folders.recordPathOf(name);
    const record = readDocument(networkDocument, text, path);
    if (record.name !== name) throw damagedState(path, `is the record of ${record.name}`);
    const leases = this.#readLeases(name).flatMap((lease): readonly HeldLease[] => {
      const owner = instances.find(({ record: { networks = [] } }) =>
        networks.some(({ id, host }) => id === record.id && host === lease.host),
      );
      const isHeld = isAlive(lease.holder);
      if (owner === undefined && !isHeld) return [];
      const isRunning = isHeld || (owner !== undefined && isLiving(owner.state.status));
      return [{ ...lease, name: owner?.record.name ?? lease.name, isRunning }];
    });
    return { record, leases };
  }

  #readLeases(name: string): readonly Lease[] {
    const text = this.#folders.readFile(name, leasesFile);
    if (text === undefined) return [];
    const path = join(this.#folders.pathOf(name), leasesFile);
    return readDocument(leasesDocument, text, path).leases;
  }

  #writeLeases(name: string, leases: readonly Lease[]): void {
    const kept = leases.map(({ host, holder, name: owner, ports }) => ({
      host,
      holder,
      name: owner,
      ports,
    }));
    this.#folders.write(name, leasesFile, { leases: kept });
  }

  #freeSubnet(wanted: Subnet | undefined): Subnet {
    const networks = this.list().map(({ record }) => ({
      whose: `the network ${record.name}`,
      subnet: parseSubnet(record.subnet),
    }));
    const routed = routedSubnets().map((subnet) => ({ whose: "a network of this host's", subnet }));
    const taken = [...networks, ...routed];
    if (wanted === undefined) return chooseSubnet(taken.map(({ subnet }) => subnet));
    const other = taken.find(({ subnet }) => overlap(subnet, wanted));
    if (other === undefined) return wanted;
    const problem = `${formatSubnet(wanted)} overlaps ${formatSubnet(other.subnet)}, ${other.whose}`;
    throw new TsukiError("network-busy", `${problem}; choose another`);
  }
}

/** The networks of a user with this environment. */
export function networkStore(
  environment: NodeJS.ProcessEnv,
  listInstances: () => readonly StoredInstance[],
): NetworkStore {
  return new NetworkStore(join(dataFolder(environment), "networks"), listInstances);
}

/** How people are told who has a place. */
export function describeLease({ name, holder }: Lease): string {
  return name === "" ? `process ${holder.pid}` : name;
}

/** Makes the host as the network is; `starting` is the number of the instance that is about to start. */
function settleHost({ record, leases }: Network, starting?: number): void {
  const running = leases.filter(({ isRunning }) => isRunning);
  requireOwnRules(record);
  makeDevices(record, running, starting);
  applyRules(networkRules(record, running));
  // Last: a tap that is there says to every command that something is left to do.
  removeIdleTaps(record, running);
}

function removeFromHost(record: NetworkRecord): void {
  requireOwnRules(record);
  removeDevices(record);
  applyRules(removedRules(record));
}

function requireOwnRules(record: NetworkRecord): void {
  const rules = findRules(record.bridge);
  if (rules === undefined || rules.includes(`comment "${markOf(record)}"`)) return;
  const problem = `there is a table ${record.bridge} of rules that is not the network ${record.name}'s`;
  const advice = `nft delete table inet ${record.bridge}`;
  throw new TsukiError("network-failed", `${problem}; rename it or delete it (${advice})`);
}

function inventBridge(): string {
  for (;;) {
    const name = `tsuki-${randomBytes(bridgeBytes).toString("hex")}`;
    if (!hasDevice(name) && findRules(name) === undefined) return name;
  }
}

function missing(name: string): never {
  const advice = "`tsuki network ls` lists those there are";
  throw new TsukiError("network-missing", `no network is called ${name}; ${advice}`);
}

function exhausted({ name, subnet }: NetworkRecord): TsukiError {
  const problem = `the network ${name} (${subnet}) has no address left`;
  return new TsukiError("network-busy", `${problem}; remove instances (\`tsuki prune\`)`);
}
