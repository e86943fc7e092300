/** QEMU's command line: the leanest machine that an image boots on. */
import { commandLineWords, debugExitPort } from "../../contracts/control-channel.ts";
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
  /** The descriptor of a connected socket that QEMU inherits. */
  readonly controlDescriptor: number;
}

/** Everything that a guest does not need is off; each device left out is start-up time saved. */
const machineFlags: Readonly<Record<MachineType, string>> = {
  microvm: "microvm,acpi=off,pit=off,pic=off,rtc=off,x-option-roms=off,isa-serial=on",
  q35: "q35,smbus=off,sata=off,vmport=off",
};

/** QEMU's parameters for one machine: COM1 on standard output, COM2 on the control descriptor. */
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
    ...["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"],
    ...["-chardev", `socket,id=control,fd=${request.controlDescriptor}`],
    ...["-device", "isa-serial,index=1,iobase=0x2f8,irq=3,chardev=control"],
    ...["-kernel", request.imagePath, "-initrd", request.launchRecordPath],
    ...["-append", `${commandLineWords.time}=${request.wallTime}`],
  ];
}
