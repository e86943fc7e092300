/** Programs that connect by names, with name servers of the test's and under a virtual clock. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wasiErrors } from "../../src/contracts/wasi-preview1.ts";
import {
  answerWith,
  nameOf,
  ServedNetwork,
  type Server,
} from "../../src/kernel/net/dns/served-network.fixture.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { MemoryStreams } from "../../src/simulator/memory-streams.ts";
import type { SocketAddress } from "../../src/simulator/network.ts";
import { runApp } from "../../src/simulator/run-app.ts";
import { AppImages } from "../servers.fixture.ts";

const kernel = readFileSync("dist/kernel.wasm");
const deadAddress = "192.0.2.66";
const noSuchName = 3;

/** A network on which one address refuses. */
class PartialNetwork extends ServedNetwork {
  override connect(handle: number, address: SocketAddress): number {
    if (address.address === deadAddress) return -wasiErrors.connrefused;
    return super.connect(handle, address);
  }
}

interface Result {
  readonly visited: string[];
  readonly posted: string[];
  readonly ticksMeanwhile: number;
}

const address = (...bytes: number[]) => [1, bytes] as const;
const isForIpv4 = (question: Uint8Array) => nameOf(question).endsWith(" A");

/** Answers questions for IPv4 with these addresses, and has none of IPv6. */
function serving(...addresses: (readonly [number, readonly number[]])[]): Server {
  return (question) => [answerWith(question, isForIpv4(question) ? addresses : [])];
}

describe("a program that connects by names", () => {
  const images = new AppImages();
  let app: Uint8Array;

  beforeAll(async () => {
    app = readFileSync(await images.path(join(import.meta.dirname, "../apps/names.ts"), "node"));
  }, 60_000);
  afterAll(() => images.remove());

  function run(server: Server, names: readonly string[]): Result {
    const streams = new MemoryStreams();
    const network = new PartialNetwork(server, { hosts: "127.0.0.7 own.test\n" });
    const status = runApp({
      kernel,
      app,
      arguments: ["names", ...names],
      environment: [],
      streams,
      clock: new VirtualClock(),
      network,
    });
    expect([status, streams.text(2)]).toEqual([0, ""]);
    return JSON.parse(streams.text(1)) as Result;
  }

  it("asks a server, and whoever is known at once needs none", () => {
    const names = ["a.test", "own.test", "localhost", "127.0.0.9"];
    const { visited, posted } = run(serving(address(127, 0, 0, 1)), names);
    expect(visited).toEqual(["hello", "hello", "hello", "hello"]);
    expect(posted).toEqual(["posted", "posted", "posted", "posted"]);
  });

  it("goes on with other things while it waits for an answer", () => {
    let asked = 0;
    const lossy: Server = (question, name, isStream) =>
      asked++ === 0 ? [] : serving(address(127, 0, 0, 1))(question, name, isStream);
    const { visited, ticksMeanwhile } = run(lossy, ["a.test"]);
    expect(visited).toEqual(["hello"]);
    expect(ticksMeanwhile).toBeGreaterThanOrEqual(19);
  });

  it("tries one address after the other", () => {
    const server = serving(address(192, 0, 2, 66), address(127, 0, 0, 1));
    expect(run(server, ["a.test"]).visited).toEqual(["hello"]);
    const dead = run(serving(address(192, 0, 2, 66)), ["a.test"]);
    expect(dead.visited).toEqual(["ECONNREFUSED"]);
  });

  it("looks up more names at once than there are lookups", () => {
    const names = Array.from({ length: 60 }, (_, index) => `host${index}.test`);
    const { visited, posted } = run(serving(address(127, 0, 0, 1)), names);
    expect(visited).toEqual(names.map(() => "hello"));
    expect(posted).toEqual(names.map(() => "posted"));
  });

  it("is told that there is no such name, or nobody who knows", () => {
    const denying: Server = (question) => [answerWith(question, [], noSuchName)];
    expect(run(denying, ["a.test"])).toMatchObject({
      visited: ["ENOTFOUND"],
      posted: ["ENOTFOUND"],
    });
    const silent = run(() => [], ["a.test", "b.test"]);
    expect(silent.visited).toEqual(["EAI_AGAIN", "EAI_AGAIN"]);
    expect(silent.ticksMeanwhile).toBeGreaterThan(30);
  });
});
