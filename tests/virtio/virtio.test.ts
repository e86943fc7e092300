import { beforeAll, describe, expect, it } from "vitest";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { buildGuest, runGuest } from "./guest.fixture.ts";

const diskBytes = 4 << 20;

const drive = (path: string): readonly string[] => [
  ...["-drive", `if=none,id=disk,format=raw,file=${path}`],
  ...["-object", "rng-random,id=random,filename=/dev/urandom"],
];

const lean = "acpi=off,pit=off,pic=off,rtc=off,x-option-roms=off,isa-serial=on";

/** Machines by the way in which their devices are reached. */
const machines = {
  "microvm, memory-mapped": (path: string) => [
    ...["-M", `microvm,${lean}`, "-bios", "qboot.rom"],
    ...["-global", "virtio-mmio.force-legacy=false", ...drive(path)],
    ...["-device", "virtio-blk-device,drive=disk", "-device", "virtio-rng-device,rng=random"],
  ],
  "q35, PCI": (path: string) => [
    ...["-M", "q35,smbus=off,sata=off", ...drive(path)],
    ...["-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci,rng=random"],
  ],
  "microvm with PCI and nothing assigned": (path: string) => [
    ...["-M", "microvm,pcie=on,isa-serial=on", "-append", "tsuki.ecam=0xe0000000", ...drive(path)],
    ...["-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci,rng=random"],
  ],
} as const;

/** What the guest writes. */
const written = Array.from({ length: 64 }, (_, index) => ((index * 31) >> 3) & 0xff);

describe.skipIf(!hasQemu)(`virtio in QEMU${qemuNeeded}`, () => {
  let image: Uint8Array;
  beforeAll(async () => {
    image = await buildGuest();
  }, 60_000);

  it.each(Object.entries(machines))(
    "reads and writes disks and takes entropy on %s",
    async (_name, machine) => {
      const disk = new Uint8Array(diskBytes).fill(0x5a);
      const { said, disk: changed, status } = await runGuest(image, disk, machine);
      expect(said).toContain("device type 2 ");
      expect(said).toContain("entropy bytes 64 from the device");
      expect(said).toContain(`block sectors ${diskBytes / 512} on the disk`);
      expect([...changed.subarray(8 * 512, 8 * 512 + 64)]).toEqual(written);
      expect([status, said]).toEqual([1, said]);
      expect(said).toContain("block bytes 8192 written and read back");
    },
  );
});
