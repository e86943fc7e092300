import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wasiErrors, wasiFunctions } from "../../contracts/wasi-preview1.ts";
import { wasmEdgeFunctions } from "../../contracts/wasmedge-sockets.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";
import { LoopbackNetwork } from "../../simulator/loopback-network.ts";

const { success, addrinuse, again, connrefused, fault, inval, mfile, notcapable } = wasiErrors;
const [ipv4, stream, datagram] = [1, 2, 1];
const list = 64;
const result = 32;
const place = 512;
const nonBlocking = 4;

/** An app that calls the kernel's socket functions. */
class SocketCalls extends Calls {
  constructor() {
    super({ network: new LoopbackNetwork(4096) });
    this.view.setUint32(place, place + 8, true);
    this.view.setUint32(place + 4, 4, true);
    this.put(place + 8, Uint8Array.of(127, 0, 0, 1));
  }

  /** Calls what must succeed. */
  must(name: string, ...values: number[]): void {
    const error = this.call(name, ...values);
    if (error !== success) throw new Error(`${name} gives ${String(error)}`);
  }

  open(type = stream): number {
    this.must("sock_open", ipv4, type, result);
    return this.view.getUint32(result, true);
  }

  bound(port: number, type = stream): number {
    const socket = this.open(type);
    this.must("sock_bind", socket, place, port);
    return socket;
  }

  listener(port: number): number {
    const socket = this.bound(port);
    this.must("sock_listen", socket, 5);
    return socket;
  }

  pair(): [number, number] {
    const listener = this.listener(80);
    const client = this.open();
    this.must("sock_connect", client, place, 80);
    this.must("sock_accept", listener, 0, result);
    return [client, this.view.getUint32(result, true)];
  }

  send(socket: number, words: string): unknown {
    this.put(1024, words);
    this.putVectors(list, [1024, words.length]);
    return this.call("sock_send", socket, list, 1, 0, result);
  }

  receive(socket: number, capacity = 100): unknown {
    this.putVectors(list, [4096, capacity]);
    const error = this.call("sock_recv", socket, list, 1, 0, result, result + 8);
    return error === success ? this.text(4096, this.view.getUint32(result, true)) : error;
  }
}

describe("sockets over a network in memory", () => {
  it("connect, carry bytes both ways, and end", () => {
    const calls = new SocketCalls();
    const [client, server] = calls.pair();
    expect(calls.send(client, "question")).toBe(success);
    expect(calls.receive(server, 4)).toBe("ques");
    expect(calls.receive(server)).toBe("tion");
    expect(calls.send(server, "answer")).toBe(success);
    expect(calls.call("sock_shutdown", server, 2)).toBe(success);
    expect(calls.receive(client)).toBe("answer");
    expect(calls.receive(client)).toBe("");
  });

  it("refuse who does not listen, and a second one with the same port", () => {
    const calls = new SocketCalls();
    expect(calls.call("sock_connect", calls.open(), place, 81)).toBe(connrefused);
    calls.listener(80);
    expect(calls.call("sock_bind", calls.open(), place, 80)).toBe(addrinuse);
  });

  it("give EAGAIN when they do not block", () => {
    const calls = new SocketCalls();
    const [client, server] = calls.pair();
    calls.call("fd_fdstat_set_flags", server, nonBlocking);
    calls.call("fd_fdstat_set_flags", client, nonBlocking);
    expect(calls.receive(server)).toBe(again);
    expect(calls.send(client, "x".repeat(3000))).toBe(success);
    expect(calls.send(client, "x".repeat(3000))).toBe(success);
    expect(calls.view.getUint32(result, true)).toBe(1096);
    expect(calls.send(client, "x")).toBe(again);
  });

  it("tell a datagram's sender", () => {
    const calls = new SocketCalls();
    const [one, two] = [calls.bound(7, datagram), calls.bound(8, datagram)];
    calls.putVectors(list, [1024, 5]);
    calls.put(1024, "hello");
    expect(calls.call("sock_send_to", one, list, 1, place, 8, 0, result)).toBe(success);
    calls.putVectors(list, [4096, 100]);
    calls.view.setUint32(place + 4, 128, true);
    const places = [result + 4, result, result + 8] as const;
    expect(calls.call("sock_recv_from", two, list, 1, place, 0, ...places)).toBe(success);
    expect(calls.view.getUint32(result + 4, true)).toBe(7);
    expect([...calls.machine.appMemory.bytes().slice(place + 8, place + 14)]).toEqual([
      1, 0, 127, 0, 0, 1,
    ]);
  });

  it("are at most so many, and their numbers are used again, lowest first", () => {
    const calls = new SocketCalls();
    for (let number = calls.open(); number < 1023; number++) expect(calls.open()).toBe(number + 1);
    expect(calls.call("sock_open", ipv4, stream, result)).toBe(mfile);
    expect(calls.call("fd_close", 500)).toBe(success);
    expect(calls.call("fd_close", 100)).toBe(success);
    expect(calls.open()).toBe(100);
    expect(calls.open()).toBe(500);
  });

  it.each([
    ["behind the memory", [65_533, 4], fault],
    ["of no length that there is", [place + 8, 7], inval],
    ["that wraps around", [-4, 16], fault],
  ] as const)("refuse an address %s", (_what, [pointer, size], error) => {
    const calls = new SocketCalls();
    const socket = calls.open();
    calls.putVectors(place, [pointer, size]);
    expect(calls.call("sock_bind", socket, place, 80)).toBe(error);
  });
});

describe("what an app makes up", () => {
  const functions = [
    ...Object.entries(wasmEdgeFunctions).map(([, { kernelExport, parameters }]) => ({
      name: kernelExport,
      count: parameters.length,
    })),
    ...(["sock_accept", "sock_recv", "sock_send", "sock_shutdown"] as const).map((name) => ({
      name,
      count: wasiFunctions[name].parameters.length,
    })),
  ];
  const number = fc.oneof(
    fc.integer({ min: 0, max: 12 }),
    fc.constantFrom(list, place, result, 1024, 65_520, 65_535, 65_536, -1, -8, 0x7fff_ffff),
    fc.integer(),
  );
  const call = fc
    .constantFrom(...functions)
    .chain(({ name, count }) =>
      fc.tuple(fc.constant(name), fc.array(number, { minLength: count, maxLength: count })),
    );

  it("gives errors of WASI's, and never a trap", () => {
    fc.assert(
      fc.property(
        fc.array(call, { maxLength: 30 }),
        fc.uint8Array({ maxLength: 600 }),
        (steps, bytes) => {
          const calls = new SocketCalls();
          const sockets = [calls.pair(), calls.bound(9, datagram)].flat();
          for (const socket of sockets) calls.call("fd_fdstat_set_flags", socket, nonBlocking);
          calls.put(list, bytes);
          for (const [name, values] of steps) {
            // A socket that blocks would wait for ever: nobody else is there.
            if (name === "sock_accept" || name === "sock_open") values[1] = nonBlocking;
            const error = callUnlessWaiting(calls, name, values);
            expect(error).toBeGreaterThanOrEqual(0);
            expect(error).toBeLessThanOrEqual(notcapable + 11);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Calls; a call that waits for what never comes is no failure. */
function callUnlessWaiting(calls: Calls, name: string, values: readonly number[]): unknown {
  try {
    return calls.call(name, ...values);
  } catch (error) {
    if (error instanceof Error && error.message.includes("waits for input")) return success;
    throw error;
  }
}
