import type { Simulation } from "./simulation.ts";
import { corrupted } from "./virtio/faults.ts";

/** How a cable behaves, in both directions; probabilities from 0 to 1. */
export interface CableQuality {
  readonly bitsPerSecond: number;
  readonly latencyNs: number;
  /** Up to so much is added to the latency at random: frames overtake one another. */
  readonly jitterNs: number;
  readonly loss: number;
  readonly duplicate: number;
  readonly corrupt: number;
  /** Frames that wait to be sent; more are dropped. */
  readonly queueFrames: number;
}

/** A cable that loses nothing: a gigabit a second, ten microseconds. */
export const goodCable: CableQuality = {
  bitsPerSecond: 1e9,
  latencyNs: 10_000,
  jitterNs: 0,
  loss: 0,
  duplicate: 0,
  corrupt: 0,
  queueFrames: 1_000,
};

/** What is plugged into a network: `NetDevice` is. */
export interface Station {
  onFrame: (frame: Uint8Array) => void;
  readonly receive: (frame: Uint8Array) => void;
}

/** Sees every frame that enters the network. */
export type FrameTap = (time: bigint, frame: Uint8Array) => void;

const multicast = 1;
const addressBytes = 6;

/** Preamble, check sequence and gap take time, too (IEEE 802.3). */
const framingBytes = 24;

/** One direction of a cable. */
class Lane {
  private freeAt = 0n;
  private waiting = 0;

  /** Carries a frame to the other end; how long it takes depends on what is under way. */
  carry(
    simulation: Simulation,
    quality: CableQuality,
    frame: Uint8Array,
    arrive: () => void,
  ): void {
    const { timeline, random, trace } = simulation;
    if (this.waiting === quality.queueFrames || random.chance(quality.loss)) {
      trace.note(`cable: loses ${frame.length} bytes`);
      return;
    }
    const now = timeline.monotonicTime();
    const bits = (frame.length + framingBytes) * 8;
    const sendingNs = BigInt(Math.ceil((bits / quality.bitsPerSecond) * 1e9));
    const start = this.freeAt > now ? this.freeAt : now;
    this.freeAt = start + sendingNs;
    this.waiting++;
    timeline.after(this.freeAt - now, () => {
      this.waiting--;
    });
    const jitter = BigInt(random.below(quality.jitterNs + 1));
    timeline.after(this.freeAt - now + BigInt(quality.latencyNs) + jitter, arrive);
  }
}

interface Port {
  readonly station: Station;
  quality: CableQuality;
  readonly toStation: Lane;
  readonly fromStation: Lane;
  group: number;
}

/**
 * A network of machines: a switch with a cable to each. It learns where addresses are, as switches do,
 * and can be split into parts that do not reach one another.
 */
export class Ethernet {
  /** Sees what enters the network; `pcap` files are written so. */
  tap: FrameTap = () => undefined;
  private readonly simulation: Simulation;
  private readonly ports = new Map<Station, Port>();
  private readonly learned = new Map<string, Port>();

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  /** Plugs a station in. */
  connect(station: Station, quality: CableQuality = goodCable): void {
    const toStation = new Lane();
    const fromStation = new Lane();
    const port: Port = { station, quality, toStation, fromStation, group: 0 };
    this.ports.set(station, port);
    station.onFrame = (frame) => {
      const sent = frame.slice();
      this.carry(port, port.fromStation, sent, (arrived) => this.forward(port, arrived));
    };
  }

  /** Changes a station's cable. */
  setQuality(station: Station, quality: CableQuality): void {
    const port = this.ports.get(station);
    if (port !== undefined) port.quality = quality;
  }

  /** Splits the network: only stations of one group reach one another; the others are one more. */
  partition(...groups: readonly (readonly Station[])[]): void {
    for (const port of this.ports.values()) {
      port.group = groups.findIndex((group) => group.includes(port.station));
    }
    this.learned.clear();
  }

  /** Ends a partition. */
  heal(): void {
    this.partition();
  }

  private forward(from: Port, frame: Uint8Array): void {
    this.tap(this.simulation.timeline.monotonicTime(), frame);
    this.learned.set(addressAt(frame, addressBytes), from);
    const known = this.learned.get(addressAt(frame, 0));
    const isForAll = ((frame[0] ?? 0) & multicast) !== 0 || known === undefined;
    for (const port of isForAll ? this.ports.values() : [known]) {
      if (port === from || port.group !== from.group) continue;
      this.carry(port, port.toStation, frame, (arrived) => port.station.receive(arrived));
    }
  }

  private carry(
    port: Port,
    lane: Lane,
    frame: Uint8Array,
    arrive: (frame: Uint8Array) => void,
  ): void {
    const { random } = this.simulation;
    const { duplicate, corrupt } = port.quality;
    const copies = random.chance(duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const carried = random.chance(corrupt) ? corrupted(frame, random) : frame;
      lane.carry(this.simulation, port.quality, carried, () => arrive(carried));
    }
  }
}

function addressAt(frame: Uint8Array, offset: number): string {
  return frame.subarray(offset, offset + addressBytes).join(".");
}
