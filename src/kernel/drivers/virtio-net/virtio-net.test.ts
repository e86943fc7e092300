import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../../contracts/wasi-preview1.ts";
import { Ethernet, goodCable } from "../../../simulator/ethernet.ts";
import { PcapWriter } from "../../../simulator/pcap.ts";
import { forSeeds } from "../../../simulator/seeds.fixture.ts";
import { Simulation } from "../../../simulator/simulation.ts";
import { randomFaults } from "../../../simulator/virtio/faults.ts";
import { type NetDevice, netFeatures } from "../../../simulator/virtio/net-device.ts";
import { DriverMachine } from "../drivers.fixture.ts";
import { type DriverUnderTest, describeHostileDevice } from "../hostile-device.suite.ts";
import { attachNet, frameTo, macAddress } from "./net.fixture.ts";

const millisecond = 1_000_000;

/** Enough for a driver that has the device join segments. */
const muchMemoryBytes = 0x140_0000;

function start(options: Parameters<typeof attachNet>[2] = {}, memoryBytes?: number) {
  const machine = new DriverMachine(new Simulation(1), memoryBytes);
  const { device, client } = attachNet(machine, 1, options);
  const sent: Uint8Array[] = [];
  device.onFrame = (frame) => sent.push(frame);
  return { machine, timeline: machine.simulation.timeline, device, client, sent };
}

const payload = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 13) & 0xff);

describe("virtio-net", () => {
  it("learns what the device is", () => {
    const { client } = start({ mtu: 9000 });
    expect(client.properties).toMatchObject({
      mac: macAddress(1),
      payloadLimit: 9000,
      canChecksum: true,
      canSegment4: true,
    });
    const plain = start({ netFeatures: 0n });
    expect(plain.client.properties).toMatchObject({
      mac: new Uint8Array(6),
      payloadLimit: 1500,
      canChecksum: false,
    });
  });

  it("sends frames in any number of parts and takes their memory back", () => {
    const { client, timeline, sent } = start();
    const frame = frameTo(2, 1, payload(1000));
    for (const parts of [[1014], [14, 1000], [14, 20, 20, 960], Array(20).fill(1).with(0, 995)]) {
      expect(client.transmit({ bytes: frame, parts })).toBe(0);
    }
    timeline.advance(millisecond);
    expect(client.takeSent()).toBe(4);
    expect(sent).toEqual([frame, frame, frame, frame]);
    expect(client.properties.sent).toBe(4);
  });

  it.each([
    ["merged buffers", netFeatures.mergeableBuffers | netFeatures.mtu, 9000],
    ["single buffers", netFeatures.mtu, 1500],
  ])("receives frames of all lengths in %s", (_name, features, mtu) => {
    const { client, device } = start({ netFeatures: features, mtu });
    for (let length = 0; length <= mtu; length += 97) {
      const frame = frameTo(1, 2, payload(length));
      device.receive(frame);
      expect(Buffer.compare(client.receive() ?? new Uint8Array(0), frame)).toBe(0);
    }
    expect(client.receive()).toBeUndefined();
    expect(device.driverErrors).toEqual([]);
    expect(device.overruns).toBe(0);
  });

  /** What a device has joined, behind its header. */
  function joined(length: number, header: Readonly<Record<number, number>> = {}): Uint8Array {
    const whole = new Uint8Array(12 + 14 + length);
    const usual = { 0: 1, 1: 1, 4: 0xa8, 5: 5 };
    for (const [at, byte] of Object.entries({ ...usual, ...header })) whole[Number(at)] = byte;
    whole.set(frameTo(1, 2, payload(length)), 12);
    return whole;
  }

  it("takes joined segments of all lengths in one piece, round and round its buffers", () => {
    const { client, device } = start({ queueSize: 128 }, muchMemoryBytes);
    for (let length = 0; length < 65_500; length += 1237) {
      device.receiveWhole(joined(length));
      const frame = client.receive() ?? new Uint8Array(0);
      expect(Buffer.compare(frame, frameTo(1, 2, payload(length)))).toBe(0);
    }
    expect(client.properties).toMatchObject({ violations: 0, dropped: 0 });
    expect(device.driverErrors).toEqual([]);
  });

  it("lets half of its buffers be kept with what is in them, and goes on with the others", () => {
    const { machine, client, device } = start({ queueSize: 64 });
    const kept = Array.from({ length: 32 }, (_, index) => {
      const bytes = frameTo(1, 2, payload(1000 + index));
      device.receive(bytes);
      const frame = machine.call("receiveFrame", client.device);
      expect(machine.call("keepableMemory", client.device)).toBe(2048);
      expect(machine.call("keepReceivedFrame", client.device)).toBe(index < 31 ? 1 : 0);
      return { place: machine.view(frame).getUint32(8, true) - 12, bytes };
    });
    const goOn = () => {
      for (let length = 0; length < 200; length++) {
        const bytes = frameTo(1, 2, payload(length));
        device.receive(bytes);
        expect(machine.call("receiveFrame", client.device)).not.toBe(0);
        expect(machine.call("keepableMemory", client.device)).toBe(0);
        expect(client.receive()).toBeUndefined();
        const inTheWay = () => machine.call("clearWay", client.device);
        for (let place = inTheWay(); place !== 0; place = inTheWay()) {
          expect(kept.map((one) => one.place)).toContain(place);
          machine.call("passKeptFrame", client.device);
        }
      }
      expect(device.overruns).toBe(0);
    };
    goOn();
    expect(machine.call("resetNetDevice", client.device)).toBe(1);
    expect(client.receive()).toBeUndefined();
    goOn();
    for (const { place, bytes } of kept.reverse()) {
      expect(Buffer.compare(machine.bytes(place + 12, bytes.length), bytes)).toBe(0);
      machine.call("returnKeptFrame", client.device, place);
    }
    expect(machine.call("clearWay", client.device)).toBe(0);
    device.receive(frameTo(1, 2, payload(99)));
    expect(client.receive()).toHaveLength(113);
    expect(client.properties).toMatchObject({ violations: 0, dropped: 0, received: 433 });
  });

  it("asks for kept frames back before the longest frame finds no room", () => {
    const { machine, client, device } = start({ queueSize: 128 }, muchMemoryBytes);
    const take = () => {
      device.receive(frameTo(1, 2, payload(1000)));
      expect(machine.call("receiveFrame", client.device)).not.toBe(0);
    };
    for (let count = 0; count < 64; count++) {
      take();
      machine.call("keepReceivedFrame", client.device);
    }
    const longest = joined(65_521);
    const inTheWay = () => machine.call("clearWay", client.device);
    for (let left = 64; left >= Math.ceil(longest.length / 4096); left--) {
      expect(inTheWay()).toBe(0);
      take();
    }
    machine.call("releaseReceivedFrame", client.device);
    expect(inTheWay()).not.toBe(0);
    while (inTheWay() !== 0) machine.call("passKeptFrame", client.device);
    device.receiveWhole(longest);
    expect(client.receive()).toHaveLength(longest.length - 12);
    expect(device.overruns).toBe(0);
  });

  it.each([
    ["a small machine", undefined, undefined],
    ["without merged buffers", ~netFeatures.mergeableBuffers, muchMemoryBytes],
  ])("has nothing joined: %s", (_name, features, memoryBytes) => {
    const all = Object.values(netFeatures).reduce((sum, one) => sum | one, 0n);
    const { device } = start({ netFeatures: all & (features ?? all) }, memoryBytes);
    expect(device.has(netFeatures.guestSegment4)).toBe(false);
  });

  it.each([
    ["of an unknown kind", joined(3000, { 1: 3 })],
    ["that nobody checked", joined(3000, { 0: 0 })],
    ["of no length", joined(3000, { 4: 0, 5: 0 })],
    ["with congestion marks, which nobody asked for", joined(3000, { 1: 0x81 })],
    ["that are longer than IP can say", joined(120_000)],
  ])("drops joined segments %s, and goes on", (_name, whole) => {
    const { client, device } = start({ queueSize: 128 }, muchMemoryBytes);
    for (let count = 0; count < 20; count++) {
      device.receiveForged(whole);
      expect(client.receive()).toBeUndefined();
    }
    expect(client.properties).toMatchObject({ dropped: 20, received: 0 });
    device.receiveWhole(joined(5000));
    expect(client.receive()).toHaveLength(5014);
  });

  it.each([
    ["shorter than a header", { bytes: payload(13) }],
    ["longer than the device takes", { bytes: payload(1519) }],
    ["with an empty part", { bytes: payload(100), parts: [100, 0] }],
    ["in too many parts", { bytes: payload(100), parts: Array<number>(21).fill(4) }],
    [
      "whose checksum lies behind its end",
      {
        bytes: payload(100),
        header: { flags: 1, checksumStart: 90, checksumOffset: 9 },
      },
    ],
    [
      "cut without a checksum",
      { bytes: payload(100), header: { segmentation: 1, segmentBytes: 9 } },
    ],
    ["of an unknown kind", { bytes: payload(100), header: { flags: 1, segmentation: 3 } }],
    [
      "cut into segments of nothing",
      { bytes: payload(100), header: { flags: 1, segmentation: 1 } },
    ],
  ])("refuses a frame %s", (_name, frame) => {
    const { client } = start();
    expect(client.transmit(frame)).toBe(wasiErrors.inval);
  });

  it("refuses offloads that the device does not have", () => {
    const { client } = start({ netFeatures: 0n });
    const header = { flags: 1, checksumStart: 34, checksumOffset: 16 };
    expect(client.transmit({ bytes: payload(100), header })).toBe(wasiErrors.inval);
  });

  it("says when there is no room, and when there is again", () => {
    const { client, timeline } = start({ queueSize: 8 });
    let count = 0;
    while (client.transmit({ bytes: frameTo(2, 1, payload(50)) }) === 0) count++;
    expect(count).toBe(8);
    timeline.advance(millisecond);
    expect(client.takeSent()).toBe(8);
    expect(client.transmit({ bytes: frameTo(2, 1, payload(50)) })).toBe(0);
  });

  it("knows whether it is connected", () => {
    const { machine, client, device } = start();
    expect(machine.call("isNetDeviceUp", client.device)).toBe(1);
    device.setLink(false);
    expect(machine.call("isNetDeviceUp", client.device)).toBe(0);
  });

  it("interrupts for what it is asked to, and is silent otherwise", () => {
    const { machine, client, device, timeline } = start();
    let interrupts = 0;
    device.onInterrupt = () => interrupts++;
    machine.call("listenToNetDevice", client.device, 0, 0);
    device.receive(frameTo(1, 2, payload(50)));
    client.transmit({ bytes: frameTo(2, 1, payload(50)) });
    timeline.advance(millisecond);
    expect(interrupts).toBe(0);
    expect(machine.call("listenToNetDevice", client.device, 1, 0)).toBe(1);
    client.receiveAll();
    expect(machine.call("listenToNetDevice", client.device, 1, 1)).toBe(1);
    client.takeSent();
    expect(machine.call("listenToNetDevice", client.device, 1, 1)).toBe(0);
    device.receive(frameTo(1, 2, payload(50)));
    client.transmit({ bytes: frameTo(2, 1, payload(50)) });
    timeline.advance(millisecond);
    expect(interrupts).toBe(2);
  });

  it("gives frames up when it is reset, and works on", () => {
    const { machine, client, device, timeline, sent } = start();
    device.faults = { ...device.faults, drop: 1 };
    for (let count = 0; count < 3; count++) client.transmit({ bytes: frameTo(2, 1, payload(9)) });
    timeline.advance(millisecond);
    expect(client.takeSent()).toBe(0);
    expect(machine.call("resetNetDevice", client.device)).toBe(1);
    expect(client.transmit({ bytes: frameTo(2, 1, payload(9)) })).toBe(wasiErrors.io);
    expect(client.takeSent()).toBe(3);
    device.faults = { ...device.faults, drop: 0 };
    expect(client.transmit({ bytes: frameTo(2, 1, payload(9)) })).toBe(0);
    timeline.advance(millisecond);
    expect(sent).toHaveLength(1);
    device.receive(frameTo(1, 2, payload(9)));
    expect(client.receiveAll()).toHaveLength(1);
  });
});

describe("machines on one network", () => {
  function connect(simulation: Simulation, quality = goodCable) {
    const network = new Ethernet(simulation);
    const ends = [1, 2, 3].map((last) => {
      const end = attachNet(new DriverMachine(simulation), last);
      network.connect(end.device, quality);
      return end;
    });
    const [first, second, third] = ends;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    return { network, ends, first, second, third };
  }

  it("reach one another, and nobody else hears of it once the switch has learned", () => {
    const simulation = new Simulation(1);
    const { first, second, third } = connect(simulation);
    second.client.transmit({ bytes: frameTo(1, 2, payload(20)) });
    simulation.timeline.advance(millisecond);
    expect(first.client.receiveAll()).toHaveLength(1);
    expect(third.client.receiveAll()).toHaveLength(1);
    first.client.transmit({ bytes: frameTo(2, 1, payload(30)) });
    simulation.timeline.advance(millisecond);
    expect(second.client.receiveAll()).toEqual([frameTo(2, 1, payload(30))]);
    expect(third.client.receiveAll()).toEqual([]);
  });

  it("are parted and joined again", () => {
    const simulation = new Simulation(1);
    const { network, first, second, third } = connect(simulation);
    const heard = (): number[] => {
      first.client.transmit({ bytes: frameTo(9, 1, payload(20)) });
      simulation.timeline.advance(millisecond);
      return [second, third].map(({ client }) => client.receiveAll().length);
    };
    network.partition([first.device, second.device]);
    expect(heard()).toEqual([1, 0]);
    network.heal();
    expect(heard()).toEqual([1, 1]);
  });

  it("have as much bandwidth as their cables", () => {
    const simulation = new Simulation(1);
    const { network, first, second } = connect(simulation);
    network.setQuality(first.device, { ...goodCable, bitsPerSecond: 1e6 });
    for (let count = 0; count < 20; count++) {
      first.client.transmit({ bytes: frameTo(2, 1, payload(1226)) });
    }
    // 1,264 bytes with their framing: ten take 101 ms at a megabit a second.
    simulation.timeline.advance(102 * millisecond);
    expect(second.client.receiveAll()).toHaveLength(10);
    simulation.timeline.advance(102 * millisecond);
    expect(second.client.receiveAll()).toHaveLength(10);
  });

  it("leave a capture that says when what was sent", () => {
    const simulation = new Simulation(1);
    const { network, first } = connect(simulation);
    const capture = new PcapWriter(1_700_000_000_000_000_000n);
    network.tap = capture.write;
    const frame = frameTo(2, 1, payload(20));
    first.client.transmit({ bytes: frame });
    simulation.timeline.advance(millisecond);
    const file = capture.bytes();
    const view = new DataView(file.buffer, file.byteOffset);
    expect(view.getUint32(0, true)).toBe(0xa1b2_3c4d);
    expect([view.getUint32(24, true), view.getUint32(32, true)]).toEqual([1_700_000_000, 34]);
    expect([...file.subarray(40)]).toEqual([...frame]);
  });

  it("get what was sent and nothing else, whatever cables and devices do", () => {
    forSeeds(25, (simulation) => {
      const { random, timeline } = simulation;
      const quality = {
        ...goodCable,
        jitterNs: random.pick([0, 1_000_000]),
        loss: random.pick([0, 0.1]),
        duplicate: random.pick([0, 0.1]),
      };
      const { ends } = connect(simulation, quality);
      for (const { device } of ends) {
        device.faults = { ...randomFaults(random), corrupt: 0, short: 0 };
      }
      const sent = new Set<string>();
      for (let round = 0; round < 30; round++) {
        for (const [index, { client }] of ends.entries()) {
          const bytes = frameTo(random.between(1, 3), index + 1, random.bytes(random.below(1400)));
          sent.add(bytes.join());
          if (client.inFlight < 30) client.transmit({ bytes });
        }
        timeline.advance(random.below(2_000_000));
        for (const { client } of ends) {
          client.takeSent();
          for (const frame of client.receiveAll()) {
            if (!sent.has(frame.join())) throw new Error("a frame that nobody sent");
          }
        }
      }
      for (const { client, device } of ends) {
        expect(client.properties).toMatchObject({ violations: 0, dropped: 0 });
        expect(device.driverErrors).toEqual([]);
      }
    });
  });
});

/** A driver under test whose device sends what `receive` says, time and again. */
function driven(
  machine: DriverMachine,
  queueSize: number,
  receive: (device: NetDevice, count: number) => void,
): DriverUnderTest {
  const { device, client } = attachNet(machine, 1, { queueSize });
  let frames = 0;
  return {
    device,
    send: () => {
      if (client.inFlight < 30) client.transmit({ bytes: frameTo(2, 1, payload(60)) });
      receive(device, frames++);
    },
    take: () => {
      client.takeSent();
      client.receiveAll();
      if (client.properties.violations > 0 && frames % 4 === 0) {
        machine.call("resetNetDevice", client.device);
      }
    },
  };
}

describeHostileDevice("virtio-net", (machine) =>
  driven(machine, 16, (device, count) => {
    device.receive(frameTo(1, 2, payload((count * 211) % 1400)));
  }),
);

describeHostileDevice(
  "virtio-net that joins segments",
  (machine, { random }) =>
    driven(machine, 64, (device) => {
      const whole = random.bytes(26 + random.below(100_000));
      whole[0] = random.pick([0, 1, 2, 255]);
      whole[1] = random.pick([0, 1, 4, 0x81, 255]);
      device.receiveForged(whole);
    }),
  muchMemoryBytes,
);
