/** Machines on which an image cannot run: one line on the console, and an exit status of 125. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CpuLevel, defaultCodeOptions } from "../../src/contracts/build.ts";
import { build } from "../../src/engine/build.ts";
import { hasQemu, runMachine } from "../../src/image/pc/machine.fixture.ts";
import { processorRefusals } from "../../src/image/processor-check.ts";
import { qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lean = "microvm,acpi=off,pit=off,pic=off,rtc=off,x-option-roms=off,isa-serial=on";
const refusalStatus = 125;

const countsZeroes =
  "const none = process.argv.length * 0;\n" +
  "console.log(clz<i32>(none).toString() + ' ' + ctz<u64>(<u64>none).toString());";

const addsInNewPages =
  "const pages = memory.grow(64) << 16;\n" +
  "let sum: f64 = process.argv.length;\n" +
  "for (let at: usize = 0; at < 64 << 16; at += 4096) {\n" +
  "  const next = sum * 1.5 - <f64>at;\n" +
  "  store<f64>(pages + at, next);\n" +
  "  sum = (next + load<f64>(pages + at) + sum) / 4.0;\n" +
  "}\n" +
  "console.log(sum.toString());";

const programs = {
  /** Counts bits that only the running program knows. */
  counts: "console.log(popcnt<i32>(process.argv.length * 3).toString());",
  /** Counts zeroes, for processors with more instructions. */
  countsByLevel3: countsZeroes,
  countsByLevel4: countsZeroes,
  /** Adds floats up in pages that are first touched meanwhile: exceptions come between. */
  addsByLevel3: addsInNewPages,
  opensSocket:
    '@external("wasi_snapshot_preview1", "sock_open")\n' +
    "declare function open(family: i32, type: i32, result: usize): i32;\n" +
    "console.log(open(1, 2, memory.data(4)).toString());",
  opensFile:
    '@external("wasi_snapshot_preview1", "path_open")\n' +
    "declare function open(directory: i32, lookup: i32, path: usize, length: usize, flags: i32, " +
    "rights: u64, inheriting: u64, options: i32, result: usize): i32;\n" +
    "const dot = memory.data<u8>([0x2e]);\n" +
    "console.log(open(4, 1, dot, 1, 0, 2, 0, 0, memory.data(4)).toString());",
} as const;

type ProgramName = keyof typeof programs;

const levels: Partial<Record<ProgramName, CpuLevel>> = {
  countsByLevel3: "v3",
  countsByLevel4: "v4",
  addsByLevel3: "v3",
};

async function buildImage(name: ProgramName): Promise<Uint8Array> {
  writeFileSync(join(folder, `${name}.as.ts`), programs[name]);
  const { image } = await build({
    sources: [`${name}.as.ts`],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: folder,
    environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
    platform: "pc",
    code: { ...defaultCodeOptions, cpu: levels[name] ?? "v2" },
  });
  return image;
}

/** What of a machine is not as it is otherwise. */
interface Machine {
  readonly type?: string;
  readonly processor?: string;
  readonly memory?: string;
  readonly devices?: readonly string[];
  readonly commandLine?: string;
}

const network = (name: string) => [
  ...["-netdev", `user,id=${name}`, "-device", `virtio-net-device,netdev=${name}`],
];
const disk = (name: string) => [
  ...["-blockdev", `null-co,node-name=${name},size=65536,read-zeroes=on`],
  ...["-device", `virtio-blk-device,drive=${name},serial=${name}`],
];
const modern = ["-global", "virtio-mmio.force-legacy=false"];

const badMachines: readonly (readonly [string, ProgramName, Machine, string])[] = [
  [
    "a processor of 32 bits",
    "counts",
    { processor: "qemu32" },
    "this processor lacks long mode or no-execute pages; Tsuki needs x86-64",
  ],
  [
    "a processor without no-execute pages",
    "counts",
    { processor: "max,-nx" },
    "this processor lacks long mode or no-execute pages; Tsuki needs x86-64",
  ],
  [
    "a processor that is too old",
    "counts",
    { processor: "pentium3,+lm,+nx,+syscall" },
    "this processor lacks SSE4.2 or POPCNT; in QEMU, choose one by -cpu max",
  ],
  ["a processor below the level", "countsByLevel3", { processor: "Nehalem" }, processorRefusals.v3],
  [
    "one with all of it but BMI2",
    "countsByLevel3",
    { processor: "max,bmi2=off" },
    processorRefusals.v3,
  ],
  [
    "one with all of it but LZCNT",
    "countsByLevel3",
    { processor: "max,abm=off" },
    processorRefusals.v3,
  ],
  [
    "one that cannot save AVX's registers",
    "countsByLevel3",
    { processor: "max,xsave=off" },
    processorRefusals.v3,
  ],
  // QEMU's own processors have no AVX-512.
  ["one with all of it but AVX-512", "countsByLevel4", {}, processorRefusals.v4],
  [
    "less memory than the image fills",
    "counts",
    { memory: "1152K" },
    "this machine has less memory than the image; give it more",
  ],
  [
    "no network",
    "opensSocket",
    {},
    "the program uses the network, but this machine has no network device",
  ],
  [
    "a network device of old",
    "opensSocket",
    { devices: network("a") },
    "this machine's network device cannot be used: it is older than virtio 1.0",
  ],
  [
    "two network devices, and a setting more",
    "opensSocket",
    {
      devices: [...modern, ...network("a"), ...network("b")],
      commandLine: "tsuki.net=dhcp tsuki.net=dhcp tsuki.net=dhcp",
    },
    "tsuki.net= is there more often than this machine has network devices",
  ],
  [
    "a network setting that is none",
    "opensSocket",
    { devices: [...modern, ...network("a")], commandLine: "tsuki.net=10.0.2.15" },
    'network setting "10.0.2.15" is malformed',
  ],
  [
    "no disk",
    "opensFile",
    { commandLine: "tsuki.time=1 tsuki.disk=/data.img" },
    "the program uses the disk /data.img, but this machine has no block device",
  ],
  [
    "no disk of a name",
    "opensFile",
    {
      devices: [...modern, ...disk("a"), ...disk("b")],
      commandLine: "tsuki.time=1 tsuki.disk=/data.img,id=c",
    },
    "the program uses the disk /data.img, but no block device of this machine is called c",
  ],
  [
    "a disk of old",
    "opensFile",
    { devices: disk("a"), commandLine: "tsuki.time=1 tsuki.disk=/data.img" },
    "this machine's block device cannot be used: it is older than virtio 1.0",
  ],
  [
    "a disk setting that is none",
    "opensFile",
    { commandLine: "tsuki.time=1 tsuki.disk=data.img" },
    "the command line's tsuki.disk= is not <path>[,ro][,id=<name>]",
  ],
  [
    "a time that is none",
    "opensSocket",
    { commandLine: "tsuki.time=now" },
    "the command line's tsuki.time= is not nanoseconds since 1970",
  ],
];

const goodMachines: readonly (readonly [string, ProgramName, Machine, string])[] = [
  ["an ordinary processor", "counts", {}, "0\n"],
  ["a processor of the level", "countsByLevel3", {}, "32 64\n"],
  ["a processor with AVX", "addsByLevel3", {}, "-1072693248.0\n"],
  [
    "a network device of which only ACPI tells",
    "opensSocket",
    {
      type: "microvm",
      devices: [...modern, ...network("a")],
      commandLine: "tsuki.net=10.0.2.15/24",
    },
    "0\n",
  ],
  [
    "two disks",
    "opensFile",
    {
      devices: [...modern, ...disk("a"), ...disk("b")],
      commandLine: "tsuki.time=1 tsuki.disk=/b,id=b tsuki.disk=/a,ro",
    },
    "0\n",
  ],
  [
    "two network devices",
    "opensSocket",
    {
      devices: [...modern, ...network("a"), ...network("b")],
      commandLine: "tsuki.net=10.0.2.15/24 tsuki.net=10.0.3.15/24",
    },
    "0\n",
  ],
];

describe.skipIf(!hasQemu)(`a machine${qemuNeeded}`, { timeout: 60_000 }, () => {
  const images = new Map<string, Uint8Array>();
  beforeAll(async () => {
    for (const name of Object.keys(programs) as ProgramName[]) {
      images.set(name, await buildImage(name));
    }
  }, 120_000);

  const boot = async (name: ProgramName, machine: Machine) => {
    const { type = lean, processor = "max", memory = "16M", devices = [], commandLine } = machine;
    const image = images.get(name) ?? new Uint8Array(0);
    const flags = ["-M", type, "-bios", "qboot.rom", "-m", memory, ...devices];
    const debugExit = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"];
    const append = commandLine === undefined ? [] : ["-append", commandLine];
    const { output, status } = await runMachine(
      image,
      [...flags, ...debugExit, ...append],
      processor,
    );
    return { text: new TextDecoder().decode(output), status };
  };

  test.each(badMachines)(
    "with %s is refused in one line",
    async (_what, name, machine, refusal) => {
      expect(await boot(name, machine)).toEqual({
        text: `tsuki: ${refusal}\n`,
        status: 2 * refusalStatus + 1,
      });
    },
  );

  test.each(goodMachines)("with %s is not", async (_what, name, machine, text) => {
    expect(await boot(name, machine)).toEqual({ text, status: 1 });
  });
});
