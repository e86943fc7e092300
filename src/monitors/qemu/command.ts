/** QEMU's command line: the leanest machine that an image boots on. */
import { commandLineWords, debugExitPort } from "../../contracts/control-channel.ts";
import type { DiskMount, MachineNetwork } from "../interface.ts";
import type { FoundQemu } from "./find-qemu.ts";

/** Machine types that images boot on. */
export const machineTypes = ["microvm", "q35"] as const;

/** The name of one machine type. */
export type MachineType = (typeof machineTypes)[number];

/** What executes the guest's instructions. */
export type Accelerator = "kvm" | "tcg";

/** One machine to be started. */
export interface MachineRequest {
  readonly machine: MachineType;
  readonly accelerator: Accelerator;
  readonly memoryMebibytes: number;
  readonly imagePath: string;
  readonly launchRecordPath: string;
  /** Nanoseconds since 1970. */
  readonly wallTime: bigint;
  /** Whether the image takes a virtio console for standard output and the control channel. */
  readonly hasConsolePorts: boolean;
  /** Network devices, only of use to an image that has a driver for them. */
  readonly networks: readonly MachineNetwork[];
  /** Only of use to an image that has a driver for them. */
  readonly disks?: readonly DiskMount[] | undefined;
  /** Where what passes the first network is written, in pcap's format; of others, this and their number. */
  readonly tracePath?: string | undefined;
  /** The descriptor that COM1 writes to: a connected socket that QEMU inherits. */
  readonly consoleDescriptor: number;
  /** The same, for the control channel. */
  readonly controlDescriptor: number;
  /** The same, for what comes by the console's port; only with such ports. */
  readonly outputDescriptor: number;
}

/** Stands for QEMU's standard streams in place of a socket: one that is broken leaves the other. */
export const standardStreams = 0;

/** Everything that a guest does not need is off; each device left out is start-up time saved. */
const machineFlags: Readonly<Record<MachineType, string>> = {
  microvm: "microvm,acpi=off,pit=off,pic=off,rtc=off,x-option-roms=off,isa-serial=on",
  q35: "q35,smbus=off,sata=off,vmport=off",
};

/** Virtio devices by the machine's bus. */
const consoleDevice: Readonly<Record<MachineType, string>> = {
  microvm: "virtio-serial-device,max_ports=3",
  q35: "virtio-serial-pci,max_ports=3",
};

function characterDevice(id: string, descriptor: number): readonly string[] {
  const isStandard = descriptor === standardStreams;
  return [
    "-chardev",
    isStandard ? `stdio,id=${id},signal=off` : `socket,id=${id},fd=${descriptor}`,
  ];
}

const networkDevice: Readonly<Record<MachineType, string>> = {
  microvm: "virtio-net-device",
  // What would boot from the network is no part of these machines.
  q35: "virtio-net-pci,romfile=",
};

/** A network device and what is at its other end. */
function networkParameters(
  { tap, forwards, hardwareAddress }: MachineNetwork,
  place: number,
  { machine, tracePath }: MachineRequest,
): readonly string[] {
  const id = `network${place}`;
  const rules = forwards.map(
    ({ protocol, hostAddress, hostPort, guestPort }) =>
      `,hostfwd=${protocol}:${hostAddress}:${hostPort}-:${guestPort}`,
  );
  // QEMU before 8.1 traces frames of such a tap with virtio's header before them.
  const plainFrames = tracePath === undefined ? "" : ",vnet_hdr=off";
  const backend =
    tap === undefined
      ? `user,id=${id}${rules.join("")}`
      : `tap,id=${id},ifname=${tap},script=no,downscript=no${plainFrames}`;
  const address = hardwareAddress === undefined ? "" : `,mac=${hardwareAddress}`;
  const parameters = `${networkDevice[machine]},netdev=${id}${address}`;
  const device = ["-netdev", backend, "-device", parameters];
  if (tracePath === undefined) return device;
  const file = (place === 0 ? tracePath : `${tracePath}.${place + 1}`).replaceAll(",", ",,");
  return [...device, "-object", `filter-dump,id=trace${place},netdev=${id},file=${file}`];
}

const diskDevice: Readonly<Record<MachineType, string>> = {
  microvm: "virtio-blk-device",
  q35: "virtio-blk-pci",
};

/** What the disk at a place calls itself. */
function diskName(place: number): string {
  return `disk${place}`;
}

/** Block devices, which QEMU locks for a writer or for readers. */
function diskParameters({ machine, disks = [] }: MachineRequest): readonly string[] {
  return disks.flatMap(({ path, isReadOnly }, place) => {
    const name = diskName(place);
    const node = {
      driver: "raw",
      "node-name": name,
      "read-only": isReadOnly,
      file: { driver: "file", filename: path },
    };
    const device = `${diskDevice[machine]},drive=${name},serial=${name}`;
    return ["-blockdev", JSON.stringify(node), "-device", device];
  });
}

/** What carries standard output besides COM1, and the control channel. */
function channelParameters(request: MachineRequest): readonly string[] {
  const { machine, hasConsolePorts, outputDescriptor } = request;
  if (!hasConsolePorts) {
    return ["-device", "isa-serial,index=1,iobase=0x2f8,irq=3,chardev=control"];
  }
  return [
    ...["-device", consoleDevice[machine]],
    ...characterDevice("output", outputDescriptor),
    ...["-device", "virtserialport,nr=2,chardev=output"],
    ...["-device", "virtserialport,nr=1,chardev=control"],
  ];
}

function commandLine({ wallTime, networks, disks = [] }: MachineRequest): string {
  const { time, network: networkWord, disk } = commandLineWords;
  const configurations = networks.map(({ configuration }) => configuration);
  // The kernel counts words: a device that is told nothing needs one, too, before others.
  const hasWords = configurations.some((configuration) => configuration !== "");
  return [
    `${time}=${wallTime}`,
    ...(hasWords ? configurations.map((text) => `${networkWord}=${text}`) : []),
    ...disks.map(
      ({ target, isReadOnly }, place) =>
        `${disk}=${target}${isReadOnly ? ",ro" : ""},id=${diskName(place)}`,
    ),
  ].join(" ");
}

/**
 * QEMU's parameters for one machine: COM1 on the console's descriptor; if the image takes a virtio
 * console, its ports on the output and the control descriptor, else COM2 on the latter.
 */
export function qemuParameters(qemu: FoundQemu, request: MachineRequest): readonly string[] {
  const { machine, accelerator } = request;
  const qboot = machine === "microvm" ? qemu.qbootPath : undefined;
  return [
    ...["-M", machineFlags[machine]],
    ...(qboot === undefined ? [] : ["-bios", qboot]),
    ...["-accel", accelerator === "kvm" ? "kvm" : "tcg,thread=single"],
    ...["-cpu", accelerator === "kvm" ? "host" : "max"],
    ...["-m", `${request.memoryMebibytes}M`],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-device", `isa-debug-exit,iobase=0x${debugExitPort.toString(16)},iosize=4`],
    ...[...characterDevice("console", request.consoleDescriptor), "-serial", "chardev:console"],
    ...characterDevice("control", request.controlDescriptor),
    ...["-global", "virtio-mmio.force-legacy=false"],
    ...channelParameters(request),
    ...request.networks.flatMap((network, place) => networkParameters(network, place, request)),
    ...diskParameters(request),
    ...["-kernel", request.imagePath, "-initrd", request.launchRecordPath],
    ...["-append", commandLine(request)],
  ];
}
