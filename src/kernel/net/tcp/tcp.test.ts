import { describe, expect, it } from "vitest";
import { joinByBottleneck } from "../bottleneck-link.fixture.ts";
import { Conversations } from "../conversation.fixture.ts";
import { soundLink } from "../faulty-link.fixture.ts";
import { hostAddress, wire } from "../stack.fixture.ts";
import { internetChecksum } from "../wire/internet-checksum.fixture.ts";
import { connected, dataAt, forge, seconds, shorten, start } from "./pair.fixture.ts";

const [again, refused, reset, timedOut] = [-6, -14, -15, -73] as const;
const [fin, syn, rst] = [1, 2, 4] as const;

/** For links that carry nothing else: whoever is silent is there. */
function isArp(frame: Uint8Array): boolean {
  return frame[13] === 6;
}

describe("opening", () => {
  it("is refused by RST where nobody listens", () => {
    const { caller, connect, wait } = start();
    const stream = connect();
    wait();
    expect(caller.read(stream, 1)).toBe(refused);
  });

  it("comes from the address that the app has bound (RFC 9293, 3.9.1: MUST-43)", () => {
    const { caller, frames, wait } = start();
    const own = hostAddress(7);
    caller.call("configureAddress", wire, caller.place(own), 96 + 24);
    const places = caller.place(Uint8Array.of(...own, ...hostAddress(2)));
    caller.act("connectStreamFrom", places, places + 16, 80, 0);
    wait();
    expect(frames.find(({ flags }) => flags === syn)?.frame.slice(26, 30)).toEqual(own.slice(12));
  });

  it("is given up after three minutes without an answer (RFC 9293, 3.8.3)", () => {
    const { caller, connect, link, wait, frames } = start();
    link.faults = { ...soundLink, loss: 0 };
    const stream = connect();
    wait(1_000_000);
    link.watch = (frame, sender) => {
      frames.push({ sender, flags: frame[dataAt + 13] ?? 0, bytes: frame.length, frame });
      return isArp(frame);
    };
    wait(180 * seconds);
    expect(caller.read(stream, 1)).toBe(again);
    wait(10 * seconds);
    expect(caller.read(stream, 1)).toBe(timedOut);
  });

  it("is given up after the time that the app says", () => {
    const { caller, connect, link, wait } = start();
    link.watch = isArp;
    const stream = connect();
    caller.call("setUserTimeout", stream, BigInt(5 * seconds));
    wait(4.9 * seconds);
    expect(caller.read(stream, 1)).toBe(again);
    wait(0.2 * seconds);
    expect(caller.read(stream, 1)).toBe(timedOut);
  });

  it("can be done by both at once (RFC 9293, 3.5, figure 7)", () => {
    const { caller, callee, wait, frames, simulation } = start();
    const [left, right] = [hostAddress(1), hostAddress(2)];
    // So that neither waits for the other's hardware address.
    const probe = caller.act("connectStream", caller.place(right), 9, 0);
    wait();
    caller.act("closeStream", probe);
    frames.length = 0;
    const near = caller.act("connectStream", caller.place(right), 7000, 6000);
    const far = callee.act("connectStream", callee.place(left), 6000, 7000);
    wait();
    expect(frames.filter(({ flags }) => flags === syn)).toHaveLength(2);
    expect(caller.write(near, Uint8Array.of(1))).toBe(1);
    expect(callee.write(far, Uint8Array.of(2))).toBe(1);
    wait();
    expect(callee.read(far, 9)).toEqual(Uint8Array.of(1));
    expect(caller.read(near, 9)).toEqual(Uint8Array.of(2));
    expect(simulation.seed).toBe(1);
  });

  it("is news again once it is accepted: what has come before has its reader only then", () => {
    const { caller, callee, listen, connect, wait } = start();
    const listener = listen();
    const near = connect();
    wait();
    caller.write(near, Uint8Array.of(1, 2, 3));
    wait();
    while (callee.call("takeChanged") !== 0);
    expect(callee.call("hasChanged")).toBe(0);
    const far = callee.call("acceptStream", listener);
    expect(callee.call("hasChanged")).toBe(1);
    expect(callee.call("takeChanged")).toBe(far);
    expect(callee.call("hasChanged")).toBe(0);
  });

  it("goes on by cookies when more ask than may wait (RFC 4987, 3.6)", () => {
    const { callee, caller, link, listen, connect, wait, frames } = start();
    const listener = listen(2);
    connect();
    wait();
    const first = frames.find(({ flags }) => flags === syn);
    if (first === undefined) throw new Error("no SYN was sent");
    // A flood from one host, under ports whose owner answers nothing.
    link.watch = (_frame, sender) => sender !== callee;
    for (let port = 1; port < 300; port++) {
      callee.receive(forge(first.frame, (tcp) => tcp.setUint16(0, port)));
    }
    expect(callee.call("cookiesIssued")).toBeGreaterThan(200);
    expect(callee.call("connectionsInUse")).toBeLessThan(6);
    link.watch = () => true;
    const near = connect();
    wait();
    callee.call("acceptStream", listener);
    const far = callee.call("acceptStream", listener);
    expect(far).not.toBe(0);
    expect(caller.write(near, Uint8Array.of(7))).toBe(1);
    wait();
    expect(callee.read(far, 9)).toEqual(Uint8Array.of(7));
  });
});

describe("an open connection", () => {
  it("resets for exactly the next number alone (RFC 5961, 3.2)", () => {
    const { caller, callee, near, far, wait, frames } = connected();
    caller.write(near, Uint8Array.of(1));
    wait();
    const segment = frames.find(({ sender, bytes }) => sender === caller && bytes > 66);
    if (segment === undefined) throw new Error("no data were sent");
    const resetAt = (distance: number) =>
      forge(segment.frame, (tcp) => {
        tcp.setUint32(4, tcp.getUint32(4) + 1 + distance);
        tcp.setUint8(13, rst);
      });
    frames.length = 0;
    callee.receive(resetAt(100));
    callee.receive(resetAt(-1));
    callee.receive(resetAt(300_000));
    expect(frames.filter(({ sender }) => sender === callee)).toHaveLength(1);
    expect(callee.read(far, 9)).toEqual(Uint8Array.of(1));
    callee.receive(resetAt(0));
    expect(callee.read(far, 9)).toBe(reset);
  });

  it("answers a SYN, and goes on (RFC 5961, 4.2)", () => {
    const { caller, callee, near, far, wait, frames } = connected();
    caller.write(near, Uint8Array.of(1));
    wait();
    const segment = frames.find(({ sender, bytes }) => sender === caller && bytes > 66);
    if (segment === undefined) throw new Error("no data were sent");
    callee.receive(
      forge(segment.frame, (tcp) => {
        tcp.setUint32(4, tcp.getUint32(4) + 1);
        tcp.setUint8(13, syn);
      }),
    );
    expect(callee.write(far, Uint8Array.of(2))).toBe(1);
    wait();
    expect(caller.read(near, 9)).toEqual(Uint8Array.of(2));
  });

  it("fills the window of a reader that does not read, waits, and goes on", () => {
    const { caller, callee, near, far, wait, frames } = connected();
    const total = 600_000;
    let written = 0;
    const write = () => {
      for (;;) {
        const count = caller.write(near, new Uint8Array(Math.min(50_000, total - written)));
        if (count <= 0) return;
        written += count;
      }
    };
    for (let turn = 0; turn < 50; turn++) {
      write();
      wait();
    }
    // 128 KiB here, 64 KiB there: nobody keeps more for a reader that does not read.
    expect(written).toBeGreaterThan(0x3_0000 - 1448);
    expect(written).toBeLessThanOrEqual(0x3_0000);
    frames.length = 0;
    wait(100 * seconds);
    // Probes of the window, each later than the one before.
    const probes = frames.filter(({ sender }) => sender === caller).length;
    expect(probes).toBeGreaterThan(1);
    expect(probes).toBeLessThan(8);
    let got = 0;
    for (let turn = 0; turn < 200 && got < total; turn++) {
      const bytes = callee.read(far, 100_000);
      if (typeof bytes !== "number") got += bytes.length;
      write();
      wait(seconds / 50);
    }
    expect(got).toBe(total);
  });

  it("takes from a segment what is new when it had its first bytes already", () => {
    const { caller, callee, link, near, far, wait } = connected();
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) & 255);
    let whole: Uint8Array | undefined;
    link.watch = (frame, sender) => {
      if (sender === caller && frame.length > 1000) whole ??= frame;
      return sender !== caller || frame.length < 1000;
    };
    caller.write(near, bytes);
    if (whole === undefined) throw new Error("no data were sent");
    callee.receive(shorten(whole, 600));
    callee.receive(whole);
    callee.receive(shorten(whole, 300));
    wait();
    expect(callee.read(far, 2000)).toEqual(bytes);
  });

  it("holds small segments back while others are under way (RFC 9293, 3.7.4)", () => {
    const { caller, near, wait, frames } = connected();
    for (let turn = 0; turn < 50; turn++) caller.write(near, Uint8Array.of(turn));
    wait();
    const sent = frames.filter(({ sender, bytes }) => sender === caller && bytes > 66);
    expect(sent.map(({ bytes }) => bytes - 66)).toEqual([1, 49]);
  });

  it("acknowledges a lone segment late, and every second at once (RFC 9293, 3.8.6.3)", () => {
    const { caller, callee, near, wait, frames } = connected();
    const answers = () => frames.filter(({ sender }) => sender === callee).length;
    caller.write(near, Uint8Array.of(1));
    wait(30_000_000);
    expect(answers()).toBe(0);
    wait(30_000_000);
    expect(answers()).toBe(1);
    caller.write(near, new Uint8Array(1448 * 8));
    wait(20_000_000);
    expect(answers()).toBe(5);
  });

  it("repairs one lost segment within a round trip, without the timer", () => {
    const { simulation, caller, callee, link, near, far, wait, frames } = connected();
    caller.write(near, new Uint8Array(30_000));
    wait();
    callee.read(far, 40_000);
    let toLose = 3;
    const { watch } = link;
    link.watch = (frame, sender) =>
      watch(frame, sender) && !(sender === caller && frame.length > 1000 && --toLose === 0);
    frames.length = 0;
    const before = simulation.timeline.monotonicTime();
    caller.write(near, new Uint8Array(14_480));
    let got = 0;
    while (got < 14_480 && simulation.timeline.step()) {
      const bytes = callee.read(far, 20_000);
      if (typeof bytes !== "number") got += bytes.length;
    }
    expect(Number(simulation.timeline.monotonicTime() - before)).toBeLessThan(10_000_000);
    const sent = frames.filter(({ sender, bytes }) => sender === caller && bytes > 1000);
    expect(sent).toHaveLength(11);
  });

  it("repairs a lost tail by a probe, before the timer (RFC 8985, 7)", () => {
    const { simulation, caller, callee, link, near, far, wait } = connected();
    caller.write(near, new Uint8Array(30_000));
    wait();
    callee.read(far, 40_000);
    let toLose = 10;
    link.watch = (frame, sender) => !(sender === caller && frame.length > 1000 && --toLose === 0);
    const before = simulation.timeline.monotonicTime();
    caller.write(near, new Uint8Array(14_480));
    let got = 0;
    while (got < 14_480 && simulation.timeline.step()) {
      const bytes = callee.read(far, 20_000);
      if (typeof bytes !== "number") got += bytes.length;
    }
    expect(Number(simulation.timeline.monotonicTime() - before)).toBeLessThan(100_000_000);
  });

  it("sends in proportion to what arrives while it repairs a loss (RFC 9937)", () => {
    const { simulation, caller, callee, link, listen, connect, wait } = start();
    const listener = listen();
    callee.call("fixReceiveCapacity", listener, 400_000);
    const near = connect();
    wait();
    const far = callee.call("acceptStream", listener);
    caller.write(near, new Uint8Array(60_000));
    wait();
    callee.read(far, 70_000);
    wait();
    let sent = 0;
    const sentWhen = [0]; // so many segments had been sent after so many answers
    link.watch = (frame, sender) => sender !== caller || frame.length < 1000 || ++sent !== 1;
    callee.send = (frame) =>
      simulation.timeline.after(1_000_000, () => {
        caller.receive(frame);
        sentWhen.push(sent);
      });
    caller.write(near, new Uint8Array(120_000));
    const flight = sent;
    expect(flight).toBeGreaterThan(30);
    while (sentWhen.length < flight) simulation.timeline.step();
    // Neither nothing until enough has arrived, nor all at once.
    for (const share of [0.3, 0.6, 1]) {
      const arrived = Math.floor((flight - 1) * share);
      const wanted = flight + 0.7 * arrived;
      expect(Math.abs((sentWhen[arrived] ?? 0) - wanted)).toBeLessThan(4);
    }
  });

  it("fills a path with room for a thousand segments", () => {
    const { simulation, caller, callee, near, far } = connected();
    joinByBottleneck(simulation, caller, callee, {
      ...{ delayMs: 20, loss: 0, bitsPerSecond: 1e8, queueLimit: 1000 },
    });
    const until = simulation.timeline.monotonicTime() + 2n * BigInt(seconds);
    let got = 0;
    while (simulation.timeline.monotonicTime() < until) {
      while (caller.write(near, new Uint8Array(20_000)) > 0);
      const bytes = callee.read(far, 100_000);
      if (typeof bytes !== "number") got += bytes.length;
      simulation.timeline.step();
    }
    expect(got * 8).toBeGreaterThan(2 * 0.8e8);
  });

  it("is given up after the time that the app says, when its peer has gone (RFC 5482)", () => {
    const { caller, link, near, wait } = connected();
    caller.call("setUserTimeout", near, BigInt(5 * seconds));
    link.watch = () => false;
    caller.write(near, Uint8Array.of(1));
    wait(4.9 * seconds);
    expect(caller.read(near, 1)).toBe(again);
    wait(0.2 * seconds);
    expect(caller.read(near, 1)).toBe(timedOut);
  });

  it("has the hop limit and the traffic class that its app says (MUST-48, 49)", () => {
    const { callee, connect, frames, listener, wait } = connected();
    callee.call("setService", listener, 7, 0xb8);
    const near = connect();
    wait();
    const answer = frames.find(({ sender }) => sender === callee);
    expect([answer?.frame[15], answer?.frame[22]]).toEqual([0xb8, 7]);
    expect(near).not.toBe(0);
  });

  it("asks a silent peer whether it is there, if the app wants that (RFC 9293, 3.8.4)", () => {
    const { caller, link, near, wait, frames } = connected();
    wait(100_000 * seconds);
    expect(frames).toHaveLength(0);
    caller.act("setKeepAlive", near, BigInt(10 * seconds), BigInt(seconds), 3);
    wait(35 * seconds);
    expect(frames.filter(({ sender }) => sender === caller)).toHaveLength(3);
    expect(frames).toHaveLength(6);
    expect(caller.read(near, 1)).toBe(again);
    link.watch = () => false;
    wait(7 * seconds);
    expect(caller.read(near, 1)).toBe(again);
    wait(3 * seconds);
    expect(caller.read(near, 1)).toBe(timedOut);
  });

  it("sends small segments at once if the app wants that", () => {
    const { caller, near, frames } = connected();
    caller.act("setNoDelay", near, 1);
    for (let turn = 0; turn < 20; turn++) caller.write(near, Uint8Array.of(turn));
    expect(frames.filter(({ bytes }) => bytes === 67)).toHaveLength(20);
  });

  it("keeps as many bytes as the app says", () => {
    const { caller, callee, listen, connect, wait } = start();
    const listener = listen();
    callee.call("fixReceiveCapacity", listener, 10_000);
    const near = connect();
    caller.call("fixSendCapacity", near, 20_000);
    wait();
    let written = 0;
    for (let turn = 0; turn < 10; turn++) {
      written += Math.max(0, caller.write(near, new Uint8Array(50_000)));
      wait();
    }
    expect(written).toBeGreaterThan(28_000);
    expect(written).toBeLessThanOrEqual(30_000);
  });

  it("is given up when its peer has gone", () => {
    const { caller, link, near, wait } = connected();
    link.watch = () => false;
    caller.write(near, Uint8Array.of(1));
    wait(170 * seconds);
    expect(caller.read(near, 1)).toBe(again);
    wait(200 * seconds);
    expect(caller.read(near, 1)).toBe(timedOut);
  });
});

describe("closing", () => {
  it("leaves the other direction open (half-close)", () => {
    const { caller, callee, near, far, wait } = connected();
    caller.act("shutdownStream", near, 2);
    wait();
    expect(callee.read(far, 9)).toHaveLength(0);
    expect(callee.write(far, Uint8Array.of(5))).toBe(1);
    wait();
    expect(caller.read(near, 9)).toEqual(Uint8Array.of(5));
  });

  it("can be done by both at once (RFC 9293, 3.6, figure 13)", () => {
    const { caller, callee, near, far, wait, frames } = connected();
    caller.act("closeStream", near);
    callee.act("closeStream", far);
    wait();
    expect(frames.filter(({ flags }) => (flags & fin) !== 0)).toHaveLength(2);
    expect(caller.call("connectionsInUse")).toBe(1); // TIME-WAIT
    wait(61 * seconds);
    expect(caller.call("connectionsInUse")).toBe(0);
    expect(callee.call("connectionsInUse")).toBe(1); // the listener
  });

  it("with bytes that nobody has read resets (RFC 1122, 4.2.2.13)", () => {
    const { caller, callee, near, far, wait } = connected();
    caller.write(near, Uint8Array.of(1));
    wait();
    callee.act("closeStream", far);
    wait();
    expect(caller.read(near, 1)).toBe(reset);
  });

  it("lets the same ports be used again out of TIME-WAIT (RFC 6191)", () => {
    const { caller, callee, listener, wait } = connected();
    const address = hostAddress(2);
    for (let turn = 0; turn < 3; turn++) {
      const near = caller.act("connectStream", caller.place(address), 80, 5000);
      expect(near).toBeGreaterThan(0);
      wait(2 * seconds);
      const far = callee.call("acceptStream", listener);
      expect(far).not.toBe(0);
      // The listening side ends first, so TIME-WAIT is there.
      callee.act("closeStream", far);
      wait(50_000_000);
      expect(caller.read(near, 1)).toHaveLength(0);
      caller.act("closeStream", near);
      wait();
    }
  });
});

/** What a router says that carries no more than 800 bytes on (RFC 1191, 4). */
function tooBig(frame: Uint8Array): Uint8Array {
  const error = Uint8Array.of(...frame.subarray(0, 34), ...frame.subarray(6, 42));
  error.set(frame.subarray(6, 12), 0);
  error.set(frame.subarray(0, 6), 6);
  error.set([0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 10, 9, 0, 2, 10, 9, 0, 1], 16);
  error.set([3, 4, 0, 0, 0, 0, 3, 32], 34);
  error.set(frame.subarray(14, 42), 42);
  const view = new DataView(error.buffer);
  view.setUint16(24, internetChecksum(error.subarray(14, 34)));
  view.setUint16(36, internetChecksum(error.subarray(34, 70)));
  return error;
}

describe("small links", () => {
  it("are learned of from the routers before them (RFC 1191), unless somebody else says it", () => {
    const { simulation, caller, callee, link, near, far, wait } = connected();
    let longest = 0;
    link.watch = (frame, sender) => {
      if (sender !== caller) return true;
      longest = Math.max(longest, frame.length);
      if (frame.length <= 814) return true;
      const error = tooBig(frame);
      simulation.timeline.after(1_000_000, () => caller.receive(error));
      return false;
    };
    caller.write(near, new Uint8Array(10_000));
    wait(150_000_000); // sooner than any timer
    expect(callee.read(far, 20_000)).toHaveLength(10_000);
    expect(longest).toBe(1514);
    longest = 0;
    caller.write(near, new Uint8Array(10_000));
    wait();
    expect(longest).toBe(814);
  });

  it("carry connections in segments that fit them", () => {
    const { simulation, caller, callee, frames } = start(600);
    const plan = { fromCaller: 20_000, fromCallee: 20_000, version: 4, port: 80 } as const;
    const conversations = new Conversations(simulation, caller, callee, [plan]);
    conversations.run(100);
    expect(Math.max(...frames.map(({ bytes }) => bytes))).toBe(614);
  });
});
