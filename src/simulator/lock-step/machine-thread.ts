/** The program of a thread with one machine of a cluster. It is bundled by whoever makes clusters. */
import { workerData } from "node:worker_threads";
import { frameHeaderBytes, frameKinds } from "../../contracts/control-channel.ts";
import { prepareApp } from "../app-module.ts";
import type { Clock } from "../clock.ts";
import { encodeLaunchRecord } from "../launch-record.ts";
import { PcMachine } from "../pc/pc-machine.ts";
import { Simulation } from "../simulation.ts";
import { MmioRegisters } from "../virtio/mmio-registers.ts";
import { NetDevice } from "../virtio/net-device.ts";
import type { GoOn, MachineThreadData, Waits } from "./messages.ts";
import { Turn } from "./turn.ts";

const pageBytes = 65_536;
const mebibyte = 1 << 20;
const deviceAddress = 0xd000_0000n;
const deviceLine = 5;

/** The machine is not needed any more. */
class Over extends Error {}

/** A machine and its side of the turn; its time is the cluster's whenever it goes on. */
class MachineThread {
  private readonly turn: Turn<Waits, GoOn>;
  // Only what is planned within the machine; its seed decides nothing, because nothing is faulty.
  private readonly simulation = new Simulation(0);
  private readonly device: NetDevice;
  private readonly pc: PcMachine;
  private frames: { time: bigint; bytes: Uint8Array }[] = [];
  private shownBytes = 0;

  constructor(data: MachineThreadData) {
    const { simulation } = this;
    this.turn = new Turn("machine", data.shared);
    const end = data.memoryMebibytes * mebibyte;
    const memory = new WebAssembly.Memory({ initial: end / pageBytes });
    this.device = new NetDevice({ simulation, memory, mac: data.mac });
    this.device.onFrame = (bytes) => {
      this.frames.push({ time: simulation.timeline.monotonicTime(), bytes: bytes.slice() });
    };
    const registers = new MmioRegisters(this.device, deviceAddress);
    const deviceWord = `virtio_mmio.device=${registers.lengthBytes}@${deviceAddress}:${deviceLine}`;
    this.pc = new PcMachine({
      kernel: data.kernel,
      app: prepareApp(data.app),
      memory,
      startInfo: {
        commandLine: `${deviceWord} tsuki.net=${data.network}`,
        launchRecord: encodeLaunchRecord(data.arguments, [], Buffer.from(data.name)),
        memoryMap: [{ start: BigInt(mebibyte), lengthBytes: BigInt(end - mebibyte), type: 1 }],
      },
      hypervisor: "frequency-leaf",
      clock: this.clock(),
      devices: [registers],
      interrupts: () => this.device.interruptStatus !== 0,
      opensSockets: true,
    });
  }

  /** Runs the machine from its first turn to its end. */
  run(): void {
    let failure: string | undefined;
    let status: number | undefined;
    try {
      this.goOn(this.turn.take());
      this.pc.boot();
      status = this.exitStatus();
      if (this.pc.trapReport !== "") failure = this.pc.trapReport;
    } catch (error) {
      if (error instanceof Over) return;
      failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    this.turn.give({ ...this.waits(0n), status, failure });
  }

  private clock(): Clock & { advance: (nanoseconds: bigint) => void } {
    const { timeline } = this.simulation;
    return {
      monotonicTime: timeline.monotonicTime,
      wallTime: timeline.wallTime,
      advance: (nanoseconds) => timeline.advance(nanoseconds),
      waitUntil: (deadline, isReady) => this.waitUntil(deadline, isReady),
    };
  }

  private waitUntil(deadline: bigint, isReady: () => boolean): void {
    const { timeline } = this.simulation;
    while (!isReady() && timeline.monotonicTime() < deadline) {
      const next = timeline.nextTime;
      this.turn.give(this.waits(next < deadline ? next : deadline));
      this.goOn(this.turn.take());
    }
  }

  private goOn(message: GoOn | undefined): void {
    if (message === undefined || message.isOver) throw new Over();
    const { timeline } = this.simulation;
    timeline.advance(message.now - timeline.monotonicTime());
    for (const frame of message.frames) this.device.receive(frame);
    // What the device does about it, it does at once.
    timeline.advance(0n);
  }

  private waits(wakeAt: bigint): Waits {
    const { frames } = this;
    this.frames = [];
    const output = Buffer.from(this.pc.console.sent.slice(this.shownBytes)).toString("latin1");
    this.shownBytes = this.pc.console.sent.length;
    const now = this.simulation.timeline.monotonicTime();
    return { now, wakeAt, frames, output, status: undefined, failure: undefined };
  }

  /** The last frame on the control channel says it. */
  private exitStatus(): number | undefined {
    const frame = Buffer.from(this.pc.control.sent.slice(-frameHeaderBytes - 4));
    return frame[0] === frameKinds.exitStatus ? frame.readUInt32LE(frameHeaderBytes) : undefined;
  }
}

new MachineThread(workerData as MachineThreadData).run();
