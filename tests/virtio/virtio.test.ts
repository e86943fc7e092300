import { beforeAll, describe, expect, it } from "vitest";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { loaderMemoryMebibytes, loaderOf } from "../boot/loader.fixture.ts";
import { buildGuest, type GuestResult, runGuest } from "./guest.fixture.ts";

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

/**
 * What Firecracker tells its guests of devices, of all of which QEMU may have: it fills these places
 * from behind.
 */
const deviceWords = Array.from(
  { length: 24 },
  (_, index) => `virtio_mmio.device=512@0x${(0xfeb0_0000 + index * 512).toString(16)}:5`,
);

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
      expectUse(await runGuest(image, disk, machine));
    },
  );

  it("reads and writes disks as Firecracker boots it: a zero page, devices named, no ACPI", async () => {
    const disk = new Uint8Array(diskBytes).fill(0x5a);
    const way = "Linux's 64-bit protocol";
    const loader = loaderOf(image, way, [], `console=ttyS0 ${deviceWords.join(" ")}`);
    const machine = machines["microvm, memory-mapped"];
    expectUse(await runGuest(loader, disk, machine, loaderMemoryMebibytes));
  });
});

/** The guest found both devices, and the disk is as it says. */
function expectUse({ said, disk: changed, status }: GuestResult): void {
  expect(said).toContain("device type 2 ");
  expect(said).toContain("entropy bytes 64 from the device");
  expect(said).toContain(`block sectors ${diskBytes / 512} on the disk`);
  expect([...changed.subarray(8 * 512, 8 * 512 + 64)]).toEqual(written);
  expect([status, said]).toEqual([1, said]);
  expect(said).toContain("block bytes 8192 written and read back");
}
