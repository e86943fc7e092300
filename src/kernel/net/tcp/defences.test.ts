import { describe, expect, it } from "vitest";
import { hostAddress } from "../stack.fixture.ts";
import { connected, dataAt, forge, seconds, start } from "./pair.fixture.ts";

const [syn, rst, ack] = [2, 4, 16] as const;
const networkUnreachable = 40;

/** The sequence number of a frame's segment. */
function sequenceOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset + dataAt).getUint32(4);
}

describe("initial sequence numbers (RFC 6528)", () => {
  it("go on by a clock of four microseconds for the same ports, and tell nothing of others", () => {
    const { caller, wait, frames } = start();
    const address = hostAddress(2);
    const open = (port: number) => {
      frames.length = 0;
      const stream = caller.act("connectStream", caller.place(address), 80, port);
      wait(2 * seconds);
      caller.act("closeStream", stream);
      const first = frames.find(({ flags }) => flags === syn);
      if (first === undefined) throw new Error("no SYN was sent");
      return sequenceOf(first.frame);
    };
    open(4999); // so that the neighbour is known
    const [one, other, oneAgain] = [open(5000), open(5001), open(5000)];
    const difference = (oneAgain - one) >>> 0;
    expect(Math.abs(difference - (4 * seconds) / 4096)).toBeLessThan(1000);
    expect(Math.abs(((other - one) | 0) - (2 * seconds) / 4096)).toBeGreaterThan(100_000);
  });
});

describe("an open connection", () => {
  it("answers no more than a hundred forged segments a second (RFC 5961, 7)", () => {
    const { callee, frames, caller, near, wait } = connected();
    caller.write(near, Uint8Array.of(1));
    wait();
    const segment = frames.find(({ sender, bytes }) => sender === caller && bytes > 66);
    if (segment === undefined) throw new Error("no data were sent");
    frames.length = 0;
    for (let count = 1; count <= 1000; count++) {
      callee.receive(
        forge(segment.frame, (tcp) => {
          tcp.setUint32(4, tcp.getUint32(4) + 1 + count);
          tcp.setUint8(13, rst);
        }),
      );
    }
    const answers = () => frames.filter(({ sender }) => sender === callee).length;
    expect(answers()).toBe(100);
  });

  it("does not believe acknowledgements of what was never sent (RFC 5961, 5.2)", () => {
    const { caller, callee, frames, near, far, wait } = connected();
    callee.write(far, Uint8Array.of(1));
    wait();
    caller.write(near, Uint8Array.of(1));
    wait();
    const segment = frames.find(({ sender, bytes }) => sender === caller && bytes > 66);
    if (segment === undefined) throw new Error("no data were sent");
    for (const distance of [1, 100_000, -100_000_000]) {
      callee.receive(
        forge(segment.frame, (tcp) => {
          tcp.setUint32(4, tcp.getUint32(4) + 1);
          tcp.setUint32(8, tcp.getUint32(8) + distance);
        }),
      );
    }
    expect(callee.read(far, 9)).toEqual(Uint8Array.of(1));
    callee.write(far, Uint8Array.of(2));
    wait();
    expect(caller.read(near, 9)).toEqual(Uint8Array.of(1, 2));
  });

  it("survives a window that shrinks (RFC 9293, 3.8.6: MUST-34)", () => {
    const { caller, callee, frames, near, far, wait, link } = connected();
    caller.write(near, new Uint8Array(5000));
    wait();
    const answer = frames.filter(({ sender }) => sender === callee).at(-1);
    if (answer === undefined) throw new Error("nothing was acknowledged");
    link.watch = (_frame, sender) => sender !== caller;
    caller.write(near, new Uint8Array(20_000)); // under way, and lost
    caller.receive(forge(answer.frame, (tcp) => tcp.setUint16(14, 1)));
    wait(seconds / 2);
    link.watch = () => true;
    wait(10 * seconds);
    let got = 0;
    for (let turn = 0; turn < 100; turn++) {
      const bytes = callee.read(far, 10_000);
      if (typeof bytes !== "number") got += bytes.length;
      wait(seconds / 10);
    }
    expect(got).toBe(25_000);
  });

  it("has nothing to do with groups (RFC 9293, 3.9.2.3: MUST-57, 63)", () => {
    const { callee, frames, connect, wait } = connected();
    connect();
    const first = frames.find(({ flags }) => flags === syn);
    if (first === undefined) throw new Error("no SYN was sent");
    wait();
    frames.length = 0;
    for (const last of [255, 1]) {
      const frame = first.frame.slice();
      frame.set(last === 255 ? [10, 9, 0, 255] : [224, 0, 0, 1], 30);
      callee.receive(forge(frame, (tcp) => tcp.setUint16(0, 7)));
      const answered = first.frame.slice();
      answered.set(last === 255 ? [10, 9, 0, 255] : [224, 0, 0, 1], 26);
      callee.receive(forge(answered, (tcp) => tcp.setUint16(0, 7)));
    }
    wait();
    expect(frames).toEqual([]);
  });

  it("asks no group and no broadcast address for a connection (RFC 9293, 3.9.2.3: MUST-46)", () => {
    const { caller, frames, wait } = connected();
    for (const numbers of [
      [224, 0, 0, 1],
      [10, 9, 0, 255],
      [255, 255, 255, 255],
    ]) {
      const many = hostAddress(2);
      many.set(numbers, 12);
      expect(caller.act("connectStream", caller.place(many), 80, 0)).toBe(-networkUnreachable);
    }
    wait();
    expect(frames).toEqual([]);
  });

  it("reads what comes with PSH and what comes without it at once (MUST-60, 61)", () => {
    const { caller, callee, frames, near, far, wait } = connected();
    caller.write(near, Uint8Array.of(1));
    wait();
    const segment = frames.find(({ sender, bytes }) => sender === caller && bytes > 66);
    if (segment === undefined) throw new Error("no data were sent");
    expect(segment.flags).toBe(ack | 8);
    callee.read(far, 9);
    callee.receive(
      forge(segment.frame, (tcp) => {
        tcp.setUint32(4, tcp.getUint32(4) + 1);
        tcp.setUint8(13, ack);
      }),
    );
    expect(callee.read(far, 9)).toEqual(Uint8Array.of(1));
  });
});
