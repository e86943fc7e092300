/** What can be wrong with a machine: one line, and a status that is not 0. */
import { describe, expect, it } from "vitest";
import { Disk } from "../../../simulator/disk.ts";
import { InstanceExit } from "../../../simulator/exit.ts";
import type { PcMachine, PcOptions } from "../../../simulator/pc/pc-machine.ts";
import { Simulation } from "../../../simulator/simulation.ts";
import { BlockDevice, blockFeatures } from "../../../simulator/virtio/block-device.ts";
import { MmioRegisters } from "../../../simulator/virtio/mmio-registers.ts";
import { NetDevice } from "../../../simulator/virtio/net-device.ts";
import { acpiTables } from "../../acpi/acpi.fixture.ts";
import {
  bootPc,
  callPc,
  createPc,
  errorTextOf,
  exitStatusOf,
  findMemory,
  startInfo,
} from "./pc.fixture.ts";

type Use = (pc: PcMachine) => void;

const askTheDate: Use = (pc) => callPc(pc, "clock_time_get", 0, 0n, 8);
const askTheTime: Use = (pc) => callPc(pc, "clock_time_get", 1, 0n, 8);
const write: Use = (pc) => {
  new DataView(pc.machine.appMemory.bytes().buffer).setUint32(68, 5, true);
  callPc(pc, "fd_write", 1, 64, 1, 32);
};

/** Something on the bus, so that the kernel looks for devices. */
const unusedDevice = {
  base: 0xd000_0000n,
  lengthBytes: 0x1000,
  read: () => 0,
  write: () => undefined,
};

const openSocket: Use = (pc) => callPc(pc, "sock_open", 1, 2, 64);

/** A network device at 0xd0000000, with queues of so many descriptors. */
function networkDevice(queueSize: number, features?: bigint): Partial<PcOptions> {
  const memory = new WebAssembly.Memory({ initial: 32 });
  const simulation = new Simulation(1);
  const options = { simulation, memory, queueSize, mac: Uint8Array.of(2, 0, 0, 0, 0, 1) };
  const device = new NetDevice(features === undefined ? options : { ...options, features });
  return { memory, devices: [new MmioRegisters(device, 0xd000_0000n)], ...program };
}

const program: Partial<PcOptions> = { opensSockets: true };
const fileProgram: Partial<PcOptions> = { opensFiles: true };

/** A block device at 0xd0000000 that calls itself "web", and a command line that may name a disk. */
function blockDevice(words: string, features?: bigint): Partial<PcOptions> {
  const memory = new WebAssembly.Memory({ initial: 32 });
  const simulation = new Simulation(1);
  const options = { simulation, memory, disk: new Disk(64), serial: "web" };
  const device = new BlockDevice({ ...options, blockFeatures: features ?? blockFeatures.flush });
  const devices = [new MmioRegisters(device, 0xd000_0000n)];
  return {
    memory,
    devices,
    clock: simulation.timeline,
    interrupts: () => device.interruptStatus !== 0,
    ...fileProgram,
    ...said(`${deviceWord} ${words}`),
  };
}

const deviceWord = "virtio_mmio.device=512@0xd0000000:5";

const said = (commandLine: string): Partial<PcOptions> => ({
  startInfo: startInfo({ commandLine }),
});

const firmwareSays = (acpiPointer: bigint): Partial<PcOptions> => ({
  startInfo: startInfo({ acpiPointer }),
});

/** Firmware that tells of tables, the first of which does not add up. */
function brokenTables(): Partial<PcOptions> {
  const address = 0xf_2000;
  const ports = { eventBlock: 0x600, controlBlock: 0x604 };
  const lines = { eventInterrupt: 9, eventLine: 9 };
  const tables = acpiTables(address, { sleepTypes: [5, 5], ...ports, ...lines });
  const list = tables.indexOf("X".charCodeAt(0));
  tables.fill(0xff, list + 9, list + 10);
  const memory = new WebAssembly.Memory({ initial: 32 });
  new Uint8Array(memory.buffer).set(tables, address);
  return { memory, ...firmwareSays(BigInt(address)) };
}

const badMachines: readonly [string, Partial<PcOptions>, Use, RegExp][] = [
  ["no console", { hasConsole: false }, write, /no console: give it a serial port/],
  ["no date", said(""), askTheDate, /nobody knows the date: pass tsuki\.time=/],
  ["no clock", { hasLocalApic: false }, askTheTime, /no local APIC/],
  ["a time that is none", said("tsuki.time=12x"), findMemory, /tsuki\.time= is not nano/],
  ["an empty time", said("quiet tsuki.time="), findMemory, /tsuki\.time= is not nano/],
  ["a time too far", said("tsuki.time=99999999999999999999"), findMemory, /tsuki\.time= is not/],
  ["a command line without end", said("quiet ".repeat(700)), findMemory, /longer than 4,095/],
  ["a device nowhere", said("virtio_mmio.device=4K@"), findMemory, /is not <size>@<address>/],
  ["a device of letters", said("virtio_mmio.device=x"), findMemory, /is not <size>@<address>/],
  ["configuration space nowhere", said("tsuki.ecam=here"), findMemory, /ecam= is no address/],
  ["no ACPI where it should be", firmwareSays(0xf_8000n), findMemory, /ACPI root pointer is none/],
  ["no network", program, openSocket, /uses the network, but this machine has no network device/],
  [
    "a network of zero queues",
    { ...networkDevice(0), ...said(deviceWord) },
    openSocket,
    /network device cannot be used: it lacks a queue/,
  ],
  [
    "a network of old",
    { ...networkDevice(64, 0n), ...said(deviceWord) },
    openSocket,
    /network device cannot be used: it is older than virtio 1\.0/,
  ],
  [
    "fewer networks than settings",
    { ...networkDevice(64), ...said(`${deviceWord} tsuki.net=dhcp tsuki.net=dhcp`) },
    openSocket,
    /tsuki\.net= is there more often than this machine has network devices/,
  ],
  [
    "a network setting that is none",
    { ...networkDevice(64), ...said(`${deviceWord} tsuki.net=10.0.0.1/99`) },
    openSocket,
    /network setting "10\.0\.0\.1\/99" is malformed/,
  ],
  [
    "no disk",
    { ...fileProgram, ...said("tsuki.disk=/a") },
    findMemory,
    /this machine has no block/,
  ],
  [
    "no disk of a name",
    blockDevice("tsuki.disk=/a,id=data"),
    findMemory,
    /uses the disk \/a, but no block device of this machine is called data/,
  ],
  [
    "fewer disks than settings",
    blockDevice("tsuki.disk=/a,id=web tsuki.disk=/b"),
    findMemory,
    /uses the disk \/b, but this machine has no further block device/,
  ],
  [
    "a disk that can only be read",
    blockDevice("tsuki.disk=/a", blockFeatures.readOnly),
    findMemory,
    /the disk \/a can only be read: write tsuki\.disk=<path>,ro/,
  ],
  ["a disk nowhere", blockDevice("tsuki.disk=a"), findMemory, /tsuki\.disk= is not <path>/],
  ["a disk of letters", blockDevice("tsuki.disk=/a,rx"), findMemory, /tsuki\.disk= is not <path>/],
  ["ACPI tables that are damaged", brokenTables(), findMemory, /ACPI table is broken/],
  ["ACPI out of memory", firmwareSays(1n << 40n), findMemory, /ACPI root pointer is none/],
];

describe("a machine with", () => {
  it.each(badMachines)("%s is refused in one line", (_what, options, use, line) => {
    const pc = createPc({ devices: [unusedDevice], ...options });
    pc.boot();
    // What tells the exit status looks at the machine, too.
    if (exitStatusOf(pc) === 0) expect(() => use(pc)).toThrow(InstanceExit);
    const lines = errorTextOf(pc).split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(line);
    expect(lines[0]).toMatch(/^tsuki: /);
    expect(exitStatusOf(pc)).toBe(125);
    // On the other console, too, if there is one: nobody knows which one is read.
    const console = String.fromCharCode(...pc.console.sent);
    expect(console).toBe(options.hasConsole === false ? "" : errorTextOf(pc));
  });

  it("neither console nor control channel ends all the same", () => {
    const pc = bootPc({ hasConsole: false, hasControlChannel: false });
    expect(() => write(pc)).toThrow(InstanceExit);
  });

  it("more devices than can be told apart uses the first ones", () => {
    const devices = Array.from({ length: 40 }, (_, index) => `${0xd000_0000 + index * 0x1000}`);
    const commandLine = devices.map((at) => `virtio_mmio.device=4K@${at}:5`).join(" ");
    const pc = createPc({ devices: [unusedDevice], ...said(commandLine) });
    pc.boot();
    findMemory(pc);
    expect(errorTextOf(pc)).toBe("");
  });
});
