import { expect } from "vitest";
import { Simulation } from "../../../simulator/simulation.ts";
import { FaultyLink, type LinkEnd } from "../faulty-link.fixture.ts";
import { Host, hostAddress } from "../stack.fixture.ts";
import { internetChecksum } from "../wire/internet-checksum.fixture.ts";

/** Nanoseconds. */
export const seconds = 1_000_000_000;

/** Where the TCP header begins in a frame of IPv4. */
export const dataAt = 34;

/** Two hosts on a link, one about to call the other; what IPv4 they send is collected. */
export function start(mtu = 1500) {
  const simulation = new Simulation(1);
  const caller = new Host(simulation, 1, { mtu });
  const callee = new Host(simulation, 2, { mtu });
  const link = new FaultyLink(simulation, caller, callee);
  const frames: { sender: LinkEnd; flags: number; bytes: number; frame: Uint8Array }[] = [];
  link.watch = (frame, sender) => {
    if (frame[12] === 8 && frame[13] === 0) {
      frames.push({ sender, flags: frame[dataAt + 13] ?? 0, bytes: frame.length, frame });
    }
    return true;
  };
  const wait = (time = seconds) => simulation.timeline.advance(time);
  const address = hostAddress(2);
  const listen = (backlog = 4) => callee.act("listenToStreams", callee.place(address), 80, backlog);
  const connect = () => caller.act("connectStream", caller.place(address), 80, 0);
  return { simulation, caller, callee, link, frames, wait, listen, connect };
}

/** Two hosts with a connection. */
export function connected(mtu?: number) {
  const hosts = start(mtu);
  const listener = hosts.listen();
  const near = hosts.connect();
  hosts.wait();
  const far = hosts.callee.call("acceptStream", listener);
  expect(far).not.toBe(0);
  hosts.frames.length = 0;
  return { ...hosts, listener, near, far };
}

/** Sends a segment as the caller's that the test has made of another one. */
export function forge(frame: Uint8Array, change: (tcp: DataView) => void): Uint8Array {
  const forged = frame.slice();
  const tcp = new DataView(forged.buffer, dataAt);
  change(tcp);
  tcp.setUint16(16, 0);
  const length = forged.length - dataAt;
  const pseudo = Uint8Array.of(...forged.subarray(26, dataAt), 0, 6, length >> 8, length & 255);
  tcp.setUint16(16, internetChecksum(Uint8Array.of(...pseudo, ...forged.subarray(dataAt))));
  return forged;
}

/** A segment's first bytes alone, as a sender that cuts its data otherwise would send them. */
export function shorten(frame: Uint8Array, lost: number): Uint8Array {
  const short = frame.slice(0, frame.length - lost);
  const header = new DataView(short.buffer, 14, 20);
  header.setUint16(2, short.length - 14);
  header.setUint16(10, 0);
  header.setUint16(10, internetChecksum(short.subarray(14, dataAt)));
  return forge(short, () => undefined);
}
