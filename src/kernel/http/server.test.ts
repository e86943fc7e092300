import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { VirtualClock } from "../../simulator/clock.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";
import { LoopbackNetwork } from "../../simulator/loopback-network.ts";
import { socketTypes } from "../../simulator/network.ts";

const family = "IPv4";
const port = 8080;
const [result, request, room, roomBytes] = [32, 64, 1024, 16_384];
const hour = 3_600_000_000_000n;

describe("a server", () => {
  it("gives clients that came before its first round as much time as others", () => {
    const network = new LoopbackNetwork();
    const client = network.open(family, socketTypes.stream);
    const clock = new VirtualClock();
    const waitUntil = (deadline: bigint, isReady: () => boolean) => {
      network.send(client, Buffer.from("GET /late HTTP/1.1\r\nHost: a\r\n\r\n"), undefined);
      clock.waitUntil(deadline, isReady);
    };
    const calls = new Calls({ network, clock: { ...clock, waitUntil } });
    clock.advance(hour);
    expect(calls.call("http_listen", port, result)).toBe(wasiErrors.success);
    network.connect(client, { family, address: "127.0.0.1", port });
    expect(calls.call("http_next", request, room, roomBytes)).toBe(wasiErrors.success);
    const target = calls.view.getUint32(request + 16, true);
    const length = calls.view.getUint32(request + 20, true);
    expect(calls.text(target, length)).toBe("/late");
  });
});
