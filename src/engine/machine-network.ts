/** The network of a kernel with a stack of its own, from an instance's settings. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { TsukiError } from "../contracts/errors.ts";
import type { Platform } from "../contracts/machine-interface.ts";
import type { MachineNetwork, Monitor, PortForward } from "../monitors/interface.ts";

/** What is behind QEMU's user networking: it answers for gateway and name server itself. */
const userConfiguration = [
  ...["10.0.2.15/24", "gateway=10.0.2.2", "dns=10.0.2.3"],
  ...["fec0::15/64", "gateway=fec0::2", "dns=fec0::3"],
].join(",");

/** A network, and what is left of the environment for the kernel. */
export interface NetworkAndEnvironment {
  readonly network: MachineNetwork | undefined;
  readonly environment: readonly string[];
}

/** What a monitor needs to know of the network, and what is left for the kernel. */
export function networkAndEnvironment(
  monitor: Monitor,
  environment: readonly string[],
): NetworkAndEnvironment {
  if (monitor.name === "qemu") return machineNetwork(environment);
  return { network: monitor.name === "node" ? undefined : tapOf(environment), environment };
}

/**
 * Takes what concerns the host from the environment: ports that are published, or listened to from
 * the start, are forwarded to the machine. Throws a TsukiError for what is malformed.
 */
export function machineNetwork(environment: readonly string[]): NetworkAndEnvironment {
  const net = valueOf(environment, "TSUKI_NET") ?? "user";
  if (net === "none") return { network: undefined, environment };
  const published = listOf(environment, "TSUKI_PUBLISH").map(publishedPort);
  const listening = listOf(environment, "TSUKI_LISTEN").map(listeningPort);
  const rest = environment.filter((entry) => !/^TSUKI_(?:NET|PUBLISH|LISTEN)=/.test(entry));
  const listen = listening.map(({ guestPort, protocol }) => `${guestPort}/${protocol}`);
  return {
    network: networkOf(net, [...published, ...listening]),
    environment: listen.length === 0 ? rest : [...rest, `TSUKI_LISTEN=${listen.join(",")}`],
  };
}

function tapOf(environment: readonly string[]): MachineNetwork | undefined {
  return namesTap(environment) ? networkOf(valueOf(environment, "TSUKI_NET") ?? "", []) : undefined;
}

/** The tap that settings name for a process; undefined for none. */
export function tapName(environment: readonly string[]): string | undefined {
  return tapOf(environment)?.tap;
}

/** Whether settings name a tap, so that an image for `linux` needs a network stack of its own. */
export function namesTap(environment: readonly string[]): boolean {
  return valueOf(environment, "TSUKI_NET")?.startsWith("tap=") ?? false;
}

/** Whether an image that is built with these settings is one for a tap: for `solo5` unless they say no. */
export function isBuiltForTap(platform: Platform, environment: readonly string[]): boolean {
  if (platform === "solo5") return valueOf(environment, "TSUKI_NET") !== "none";
  return namesTap(environment);
}

function networkOf(net: string, forwards: readonly PortForward[]): MachineNetwork {
  if (net === "user") return { configuration: userConfiguration, forwards };
  const [, tap, configuration = ""] = /^tap=([^,]+)(?:,(.*))?$/.exec(net) ?? [];
  if (tap === undefined) {
    throw new TsukiError("usage", `no network named ${net}; a virtual machine has user, none, tap`);
  }
  const [forward] = forwards;
  if (forward === undefined) {
    return { tap, configuration, forwards, hardwareAddress: hardwareAddressOn(tap) };
  }
  throw new TsukiError(
    "usage",
    `port ${forward.hostPort} cannot be published: on a tap device the machine has its own address`,
  );
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
