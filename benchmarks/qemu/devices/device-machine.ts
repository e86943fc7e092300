/** QEMU's words for machines with a network and a block device, Linux's guests included. */
import type { MeasuredMachine } from "../machine.ts";
import type { LinuxGuest } from "./linux-guest.ts";

/** The two devices, on microvm's own bus. */
export function deviceWords(diskPath: string): readonly string[] {
  return [
    ...["-global", "virtio-mmio.force-legacy=false"],
    ...["-drive", `if=none,id=disk,format=raw,file=${diskPath}`],
    ...["-device", "virtio-blk-device,drive=disk"],
    ...["-netdev", "user,id=net", "-device", "virtio-net-device,netdev=net"],
  ];
}

/** Words for an image of ours, or any that needs no more than its file. */
export function imageWords(
  machine: MeasuredMachine,
  imagePath: string,
  diskPath: string,
  memoryMebibytes?: number,
): string[] {
  return [...machine.words(imagePath, memoryMebibytes), ...deviceWords(diskPath)];
}

/** The same machine for Linux, which finds interrupts by ACPI only. */
export function linuxWords(
  machine: MeasuredMachine,
  guest: LinuxGuest,
  diskPath: string,
): string[] {
  const words = machine.words(guest.kernelPath).map((word) => word.replace("acpi=off,", ""));
  const replace = (option: string, value: string): void => {
    words[words.indexOf(option) + 1] = value;
  };
  replace("-initrd", guest.initramfsPath);
  replace("-append", guest.commandLine);
  return [...words, ...deviceWords(diskPath)];
}
