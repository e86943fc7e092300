import { BareMachine, bareHeapStart } from "../../simulator/bare-machine.ts";
import { ConfigurationPorts } from "../../simulator/pci/pci-bus.ts";
import type { PciFunction } from "../../simulator/pci/pci-function.ts";
import type { Simulation } from "../../simulator/simulation.ts";
import { MmioRegisters } from "../../simulator/virtio/mmio-registers.ts";
import type { DeviceOptions, VirtioDevice } from "../../simulator/virtio/virtio-device.ts";
import { compileKernelPart } from "../kernel-part.fixture.ts";

const module = new WebAssembly.Module(
  await compileKernelPart("src/kernel/drivers/drivers.fixture.as.ts"),
);

const usualMemoryBytes = 0x40_0000;
const firstDevice = 0xd000_0000n;
const deviceStride = 0x1000n;

/** The drivers in V8 with a simulated machine around them. */
export class DriverMachine extends BareMachine {
  readonly simulation: Simulation;
  private readonly functions = new Map<number, PciFunction>();

  constructor(simulation: Simulation, memoryBytes = usualMemoryBytes) {
    super({ kernel: module, timeline: simulation.timeline, memoryBytes });
    this.simulation = simulation;
    this.call("addFrames", BigInt(bareHeapStart), BigInt(memoryBytes));
  }

  /** What every device needs. */
  get deviceOptions(): DeviceOptions {
    return { simulation: this.simulation, memory: this.memory };
  }

  /** Attaches a device with memory-mapped registers, and lets the kernel find it. */
  attach<Device extends VirtioDevice>(device: Device): Device {
    const address = firstDevice + BigInt(this.registers.length) * deviceStride;
    const registers = new MmioRegisters(device, address);
    this.registers.push(registers);
    this.call("addMmioDevice", address, registers.lengthBytes, 5 + this.registers.length);
    return device;
  }

  /** Puts a function on the PCI bus; the kernel finds it when it looks (`findDevices`). */
  plug(place: number, pci: PciFunction): void {
    if (this.functions.size === 0) this.ports.push(new ConfigurationPorts(this.functions));
    this.functions.set(place, pci);
  }

  /** Fresh memory for a test's own use, in whole pages; the tests fail when there is none. */
  allocate(lengthBytes: number): number {
    const pointer = this.call("allocateFrames", Math.ceil(lengthBytes / 4096));
    if (pointer === 0) throw new Error("the simulated machine is out of memory");
    return pointer;
  }

  /** A failure in words. */
  failureText(failure: number): string {
    const start = this.call("failureText", failure);
    const bytes = this.bytes(start, 256);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  /** Why a device is not used (bus/negotiation.as.ts), by its number. */
  failureOf(index: number): number {
    return this.view(this.call("deviceAt", index)).getUint32(16, true);
  }
}
