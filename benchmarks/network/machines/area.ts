/** Everything that is measured of the stack in virtual machines, beside a Linux guest on the same. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "../../bench.ts";
import { type Finding, skipped } from "../../report/finding.ts";
import { measureBulk } from "./bulk.ts";
import { answering, findMachine, type Guest, type GuestMachine, startGuest } from "./guest.ts";
import { measureLaunches } from "./launch.ts";
import { makeLinuxPeer, trafficPort, trafficSource } from "./linux-peer.ts";
import { countIdle, findLeastToAnswer } from "./memory.ts";
import { echoPort, echoSource, measurePackets } from "./packets.ts";
import { measureRequests } from "./requests.ts";
import { measureRoundTrip } from "./round-trip.ts";

const area = "network";
const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));
const goalImageBytes = 250_000;
const goalBulk = 1;
const goalLaunchMs = 30;
const goalScriptLaunchMs = 60;
const goalMebibytes = 3;
const goalScriptMebibytes = 8;

const bulkMeasure = "a machine, one connection, against a Linux guest";

/** The images that are measured. */
interface MachineImages {
  readonly pollServer: string;
  readonly service: string;
  readonly traffic: string;
  readonly script: string;
  readonly echo: string;
}

/** Runs the measurements; those against Linux only where there is one. */
export async function measureMachines(bench: Bench): Promise<Finding[]> {
  const machine = findMachine(bench);
  if (typeof machine === "string") return [skipped(area, "machines", machine)];
  bench.note("network: building images for machines");
  const images: MachineImages = {
    pollServer: bench.image(join(examples, "http-c", "http.c"), "pc", "http-c.elf"),
    service: bench.image(join(examples, "http-service-c", "service.c"), "pc", "service-c.elf"),
    traffic: bench.image(trafficSource, "pc", "traffic.elf"),
    script: bench.image(join(examples, "http-ts", "server.ts"), "pc", "http-ts.elf"),
    echo: bench.image(echoSource, "pc", "echo.elf"),
  };
  return [
    imageSize(images.pollServer),
    ...(await compareWithLinux(bench, machine, images)),
    ...(await measureAlone(machine, images)),
  ];
}

async function measureAlone(
  machine: GuestMachine,
  { pollServer, service, script }: MachineImages,
): Promise<Finding[]> {
  return [
    ...(await measureLaunches(machine, [
      { name: "http (C)", image: pollServer, goalMs: goalLaunchMs },
      { name: "http service (C)", image: service, goalMs: goalLaunchMs },
      { name: "http (TypeScript)", image: script, goalMs: goalScriptLaunchMs },
    ])),
    await findLeastToAnswer(machine, "http (C)", pollServer, goalMebibytes),
    await findLeastToAnswer(machine, "http (TypeScript)", script, goalScriptMebibytes),
    await countIdle(machine, service),
  ];
}

function imageSize(path: string): Finding {
  const value = statSync(path).size;
  const measure = "http (C) for machines, image";
  return { area, measure, value, unit: "bytes", goal: goalImageBytes, detail: "" };
}

async function compareWithLinux(
  bench: Bench,
  machine: GuestMachine,
  images: MachineImages,
): Promise<Finding[]> {
  const peer = makeLinuxPeer(machine);
  if (typeof peer === "string") return [skipped(area, "machines against a Linux guest", peer)];
  const guests: Guest[] = [];
  const start = (words: readonly string[]): Guest => {
    const guest = startGuest(words);
    guests.push(guest);
    return guest;
  };
  try {
    const linux = start(machine.linuxWords(peer));
    const service = start(machine.words(images.service));
    const pollServer = start(machine.words(images.pollServer));
    const traffic = start(machine.words(images.traffic, ["serve", `${trafficPort}`]));
    const echo = start(machine.words(images.echo, [`${echoPort}`]));
    for (const guest of [linux, service, pollServer]) await answering(guest);
    const servers = { "http service (C)": service, "http (C)": pollServer };
    return [
      ...(await measureRequests(bench, servers, linux)),
      await measureRoundTrip(bench, service, linux),
      ...(await measurePackets(bench, echo, linux)),
      ...(await measureBulk(bench, bulkMeasure, traffic, linux, goalBulk)),
    ];
  } finally {
    for (const { network } of guests) await network.close();
  }
}
