import { platformIds } from "../../contracts/machine-interface.ts";
import { BareMachine, bareHeapStart } from "../../simulator/bare-machine.ts";
import type { Simulation } from "../../simulator/simulation.ts";
import { completeFrame } from "../../simulator/virtio/frame-offload.ts";
import { compileKernelPart } from "../kernel-part.fixture.ts";
import { ReceiveRow, rowBytes } from "./receive-row.fixture.ts";

const module = new WebAssembly.Module(await compileKernelPart("src/kernel/net/net.fixture.as.ts"));
const never = 2n ** 64n - 1n;

/** The only Ethernet interface of a host. */
export const wire = 1;

/** Two addresses of the tests' network, IPv4 in IPv6's form, and IPv6. */
export function hostAddress(number: number, version: 4 | 6 = 4): Uint8Array {
  const address = new Uint8Array(16);
  if (version === 4) address.set([255, 255, 10, 9, 0, number], 10);
  else address.set([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number]);
  return address;
}

/** What a host's device does (link/interfaces.as.ts). */
export const offloads = { fillsChecksums: 1, takesLentParts: 2, cutsTcp4: 4, cutsTcp6: 8 } as const;

/** All of them. */
export const allOffloads = Object.values(offloads).reduce((sum, one) => sum | one, 0);

/** A device between a host and its link. */
export interface HostDevice {
  readonly offloads: number;
  /** How long it takes to read what it was given. */
  readonly delayNs: number;
  /** Whether it leaves it to whoever is behind the link to cut. */
  readonly passesWhole: boolean;
  /** Whether the host may keep received frames where they are. */
  readonly lendsFrames?: boolean;
}

const plainDevice: HostDevice = { offloads: 0, delayNs: 0, passesWhole: false };

const lentPartsOffset = 4096 - 17 * 8;

/** What a host is made with, unless as usual: which versions of IP it has an address of. */
export interface HostSettings {
  readonly memoryBytes?: number;
  readonly mtu?: number;
  readonly versions?: readonly (4 | 6)[];
  readonly device?: HostDevice;
}

/** A host: the stack in V8, with memory of its own. */
export class Host extends BareMachine {
  readonly simulation: Simulation;
  /** Where its frames go. */
  send: (frame: Uint8Array) => void = () => undefined;
  /** What it has said on standard error. */
  readonly lines: string[] = [];
  private readonly scratch: number;
  private readonly device: HostDevice;
  /** Where received frames may be kept. */
  readonly row: ReceiveRow | undefined;
  private plannedFor = never;

  constructor(simulation: Simulation, number: number, settings: HostSettings = {}) {
    const { memoryBytes = 0x80_0000, mtu = 1500, versions = [4, 6] } = settings;
    const config = { platform: platformIds.node, opensSockets: 1, usesOwnStack: 1 };
    super({
      ...{ kernel: module, timeline: simulation.timeline, memoryBytes, config },
      modules: {
        node: {
          write: (_stream: number, place: number, length: number) => {
            this.lines.push(Buffer.from(this.bytes(place, length)).toString());
            return 0;
          },
        },
      },
    });
    this.simulation = simulation;
    this.device = settings.device ?? plainDevice;
    this.scratch = bareHeapStart;
    const { random } = simulation;
    const bits = () => BigInt(random.bits()) * 2n ** 32n + BigInt(random.bits());
    const heapStart = bareHeapStart + 0x2_0000;
    if (this.device.lendsFrames) this.row = new ReceiveRow(this, heapStart);
    const usedBytes = this.row === undefined ? 0 : rowBytes;
    this.call("addFrames", BigInt(heapStart + usedBytes), BigInt(memoryBytes));
    this.call("startStack", bits(), bits(), bits());
    this.call("addInterface", 1, 0x0200_0000_0000n + BigInt(number), mtu);
    this.call("setOffloads", wire, this.device.offloads);
    for (const version of versions) {
      const own = this.place(hostAddress(number, version));
      this.call("configureAddress", wire, own, version === 4 ? 96 + 24 : 64);
    }
    this.dropQueued();
  }

  /** What a host announces of itself is lost: nothing is at its link yet. */
  private dropQueued(): void {
    for (;;) {
      const packet = this.call("takePacket", wire);
      if (packet === 0) return;
      this.call("releasePacket", packet);
    }
  }

  get now(): bigint {
    return this.simulation.timeline.monotonicTime();
  }

  /** Puts bytes where exports can read them, good until the next call. */
  place(bytes: Uint8Array): number {
    this.bytes(this.scratch, bytes.length).set(bytes);
    return this.scratch;
  }

  /** Calls an export with the time behind its arguments; an i32 comes back signed. */
  act(name: string, ...values: (number | bigint)[]): number {
    const result = this.call(name, ...values, this.now) | 0;
    this.settle();
    return result;
  }

  /** Takes a frame in. */
  receive(frame: Uint8Array): void {
    if (!this.row?.receive(wire, frame)) {
      this.call("receivePacket", wire, this.place(frame), frame.length, 0, this.now);
    }
    this.settle();
  }

  /** What a stream has to read, at most so much; a negated error number when there is nothing. */
  read(stream: number, limit: number): Uint8Array | number {
    const count = this.act("readStream", stream, this.scratch, limit);
    return count < 0 ? count : this.bytes(this.scratch, count).slice();
  }

  /** Writes to a stream: bytes taken, or a negated error number. */
  write(stream: number, bytes: Uint8Array): number {
    return this.act("writeStream", stream, this.place(bytes), bytes.length);
  }

  /** Gives its packets to the link, and plans its next deadline. */
  settle(): void {
    for (;;) {
      const packet = this.call("takePacket", wire);
      if (packet === 0) break;
      if (this.device.delayNs === 0) this.transmit(packet);
      else this.simulation.timeline.after(this.device.delayNs, () => this.transmit(packet));
    }
    this.plan();
  }

  /** What a device does with a packet: by now its data may be nobody's any more. */
  private transmit(packet: number): void {
    const word = (offset: number) => this.view(packet).getUint32(offset, true);
    const [start, bytes, version, lentCount] = [word(4), word(8), word(12), word(16)];
    const [lentBytes, checksumStart, checksumOffset] = [word(20), word(24), word(28)];
    const parts = [new Uint8Array(12), this.bytes(start, bytes - lentBytes)];
    for (let index = 0; index < lentCount; index++) {
      const part = lentPartsOffset + index * 8;
      parts.push(this.bytes(word(part), word(part + 4)));
    }
    const whole = Buffer.concat(parts);
    const segmentBytes = word(32);
    this.call("releasePacket", packet);
    if (checksumStart !== 0) {
      whole[0] = 1;
      whole.writeUInt16LE(checksumStart - start, 6);
      whole.writeUInt16LE(checksumOffset, 8);
    }
    if (segmentBytes !== 0 && !this.device.passesWhole) {
      whole[1] = version === 4 ? 1 : 4;
      whole.writeUInt16LE(bytes - lentBytes, 2);
      whole.writeUInt16LE(segmentBytes, 4);
    }
    for (const frame of completeFrame(Uint8Array.from(whole))) this.send(frame);
  }

  private plan(): void {
    const deadline = this.callWide("stackDeadline");
    if (deadline === never || deadline >= this.plannedFor) return;
    this.plannedFor = deadline;
    const { timeline } = this.simulation;
    const wait = deadline > this.now ? deadline - this.now : 0n;
    timeline.after(wait, () => {
      if (this.plannedFor !== deadline) return;
      this.plannedFor = never;
      this.call("runStack", this.now);
      this.settle();
    });
  }
}
