/** The networks of a kernel with a stack of its own, from an instance's settings. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { TsukiError } from "../contracts/errors.ts";
import { networkCardLimit } from "../contracts/inherited-descriptors.ts";
import type { Platform } from "../contracts/machine-interface.ts";
import type { MachineNetwork, Monitor, PortForward } from "../monitors/interface.ts";

/** What is behind QEMU's user networking: it answers for gateway and name server itself. */
const userConfiguration = [
  ...["10.0.2.15/24", "gateway=10.0.2.2", "dns=10.0.2.3"],
  ...["fec0::15/64", "gateway=fec0::2", "dns=fec0::3"],
].join(",");

/** Networks, one for each card, and what is left of the environment for the kernel. */
export interface NetworksAndEnvironment {
  readonly networks: readonly MachineNetwork[];
  readonly environment: readonly string[];
}

/** What a monitor needs to know of networks, and what is left for the kernel. */
export function networksAndEnvironment(
  monitor: Monitor,
  environment: readonly string[],
): NetworksAndEnvironment {
  if (monitor.name === "qemu") return machineNetworks(environment);
  return { networks: monitor.name === "node" ? [] : tapsOf(environment), environment };
}

/**
 * Takes what concerns the host from the environment: ports that are published, or listened to from
 * the start, are forwarded to the machine. Throws a TsukiError for what is malformed.
 */
export function machineNetworks(environment: readonly string[]): NetworksAndEnvironment {
  const net = valueOf(environment, "TSUKI_NET") ?? "user";
  if (net === "none") return { networks: [], environment };
  const published = listOf(environment, "TSUKI_PUBLISH").map(publishedPort);
  const listening = listOf(environment, "TSUKI_LISTEN").map(listeningPort);
  const rest = environment.filter((entry) => !/^TSUKI_(?:NET|PUBLISH|LISTEN)=/.test(entry));
  const listen = listening.map(({ guestPort, protocol }) => `${guestPort}/${protocol}`);
  return {
    networks: networksOf(net, [...published, ...listening]),
    environment: listen.length === 0 ? rest : [...rest, `TSUKI_LISTEN=${listen.join(",")}`],
  };
}

function tapsOf(environment: readonly string[]): readonly MachineNetwork[] {
  return namesTap(environment) ? networksOf(valueOf(environment, "TSUKI_NET") ?? "", []) : [];
}

/** The taps that settings name, in their order. */
export function tapNames(environment: readonly string[]): readonly string[] {
  return tapsOf(environment).flatMap(({ tap = [] }) => tap);
}

/** Whether settings name a tap, so that an image for `linux` needs a network stack of its own. */
export function namesTap(environment: readonly string[]): boolean {
  return cardsOf(environment).some((card) => card.startsWith("tap="));
}

/** Whether settings name user networking, which only a virtual machine has. */
export function namesUser(environment: readonly string[]): boolean {
  return cardsOf(environment).includes("user");
}

function cardsOf(environment: readonly string[]): readonly string[] {
  return splitCards(valueOf(environment, "TSUKI_NET") ?? "");
}

/** What is said of each network card: `tap=`, or `user`, begins the next one. */
function splitCards(net: string): readonly string[] {
  return net.split(/,(?=tap=|user(?:,|$))/);
}

/** Refuses networks that no image of a platform has. Throws `usage`. */
export function checkCards(platform: Platform, environment: readonly string[]): void {
  if (platform !== "solo5" || cardsOf(environment).length < 2) return;
  const advice = "use --monitor process or qemu";
  throw new TsukiError("usage", `guests of Solo5's have one network card, not several; ${advice}`);
}

/** Whether an image that is built with these settings is one for a tap: for `solo5` unless they say no. */
export function isBuiltForTap(platform: Platform, environment: readonly string[]): boolean {
  if (platform === "solo5") return valueOf(environment, "TSUKI_NET") !== "none";
  return namesTap(environment);
}

/** Characters of what a kernel is told of one card. */
const configurationLimit = 250;

function networksOf(net: string, forwards: readonly PortForward[]): readonly MachineNetwork[] {
  const cards = splitCards(net);
  const names = cards.map((card) => card.replace(/,.*$/, ""));
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new TsukiError("usage", `the network ${twice} is named twice`);
  if (cards.length > networkCardLimit) {
    const problem = `${cards.length} networks are more than an instance's cards`;
    throw new TsukiError("usage", `${problem}, which are ${networkCardLimit} at most`);
  }
  const [forward] = cards.includes("user") ? [] : forwards;
  if (forward === undefined) return cards.map((card) => networkOf(card, forwards));
  throw new TsukiError(
    "usage",
    `port ${forward.hostPort} cannot be published: on a tap device the machine has its own address`,
  );
}

/** One card's network; what is published leads to that of QEMU's user networking. */
function networkOf(card: string, forwards: readonly PortForward[]): MachineNetwork {
  if (card === "user") return { configuration: userConfiguration, forwards };
  const [, tap, configuration = ""] = /^tap=([^,]+)(?:,(.*))?$/.exec(card) ?? [];
  if (tap === undefined) {
    throw new TsukiError(
      "usage",
      `no network named ${card}; a virtual machine has user, none, tap`,
    );
  }
  if (configuration.length > configurationLimit) {
    const problem = `what is said of the tap ${tap} has more than ${configurationLimit} characters`;
    throw new TsukiError("usage", `${problem}; name fewer addresses`);
  }
  return { tap, configuration, forwards: [], hardwareAddress: hardwareAddressOn(tap) };
}

/** Another one on every host and tap, and the same at every start (a local address, IEEE 802, 8.4). */
function hardwareAddressOn(tap: string): string {
  const digits = createHash("sha256").update(`${hostname()} ${tap}`).digest("hex").slice(0, 10);
  return `02:${digits.match(/../g)?.join(":") ?? ""}`;
}

function valueOf(environment: readonly string[], name: string): string | undefined {
  return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

function listOf(environment: readonly string[], name: string): readonly string[] {
  return valueOf(environment, name)?.split(",") ?? [];
}

const addressForm = String.raw`(?:([0-9.]+|\[[0-9a-f:.]+\]):)?`;
const publishedForm = new RegExp(String.raw`^${addressForm}(\d+):(\d+)(?:\/(tcp|udp))?$`, "i");
const listeningForm = new RegExp(String.raw`^${addressForm}(\d+)(?:\/(tcp|udp))?$`, "i");

/** Reads `[address:]host:guest[/udp]`, the address an IPv4 one or an IPv6 one in brackets. Throws `usage`. */
export function publishedPort(text: string): PortForward {
  const [, address, hostPort, guestPort, protocol] = match(text, publishedForm);
  return portForward(address, hostPort, guestPort, protocol);
}

/** A port of an instance, as `--publish` or `--listen` have it. Throws `usage`. */
export function portOf(text: string): PortForward {
  return publishedForm.test(text) ? publishedPort(text) : listeningPort(text);
}

/** The same in the words of container engines. */
export function describePort(text: string): { readonly guest: string; readonly host: string } {
  const { hostAddress, hostPort, guestPort, protocol } = portOf(text);
  const address = hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress;
  return { guest: `${guestPort}/${protocol}`, host: `${address}:${hostPort}` };
}

function listeningPort(text: string): PortForward {
  const [, address, port, protocol] = match(text, listeningForm);
  return portForward(address, port, port, protocol);
}

function match(text: string, form: RegExp): RegExpExecArray {
  const found = form.exec(text);
  if (found !== null) return found;
  throw new TsukiError("usage", `${text} cannot be published by a machine: write [::1]:8080:80`);
}

function portForward(
  hostAddress = "0.0.0.0",
  hostPort = "",
  guestPort = "",
  protocol = "tcp",
): PortForward {
  return {
    protocol: protocol === "udp" ? "udp" : "tcp",
    hostAddress: hostAddress.replaceAll(/[[\]]/g, ""),
    hostPort: Number(hostPort),
    guestPort: Number(guestPort),
  };
}
