/** The guest's own part of a boot: from its first access to a serial port to its first byte. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Bench } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median } from "../report/statistics.ts";
import type { MeasuredMachine } from "./machine.ts";

const measure = "hello (C), guest alone, up to the first byte";
const roundCount = 50;
const microsecondsPerMillisecond = 1_000;

/** One access: process@seconds.microseconds:serial_write write addr 0x00 val 0x48. */
const serialWrite = /^\d+@(\d+)\.(\d{6}):serial_write \w+ addr 0x([0-9a-f]+) val 0x([0-9a-f]+)/;

/** Taken from QEMU's own time stamps; the fastest run is hardly disturbed by other programs. */
export function measureGuestShare(bench: Bench, machine: MeasuredMachine, image: string): Finding {
  bench.note("qemu: the guest alone");
  const [program = "", ...parameters] = machine.words(image);
  const logPath = bench.path("serial-trace");
  const tracing = ["-trace", "serial_write", "-msg", "timestamp=on", "-D", logPath];
  const runs: number[] = [];
  for (let round = 0; round < bench.rounds(roundCount); round++) {
    spawnSync(program, [...parameters, ...tracing], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const microseconds = toFirstByte(readFileSync(logPath, "latin1"), "H");
    if (microseconds === undefined)
      return skipped("qemu", measure, "this QEMU does not log traces");
    runs.push(microseconds / microsecondsPerMillisecond);
  }
  return {
    area: "qemu",
    measure: `${measure} (${bench.accelerator})`,
    value: Math.min(...runs),
    unit: "ms",
    detail: `fastest of ${runs.length}, median ${median(runs).toFixed(2)} ms`,
  };
}

/** Microseconds from the first logged access to the one that sends a character. */
export function toFirstByte(log: string, character: string): number | undefined {
  const writes = log.split("\n").flatMap((line) => {
    const [, seconds = "", microseconds = "", register = "", value = ""] =
      serialWrite.exec(line) ?? [];
    if (value === "") return [];
    const isByte = Number.parseInt(register, 16) === 0;
    const sent = isByte ? String.fromCharCode(Number.parseInt(value, 16)) : "";
    return [{ time: BigInt(seconds) * 1_000_000n + BigInt(microseconds), sent }];
  });
  const first = writes[0];
  const byte = writes.find(({ sent }) => sent === character);
  return first === undefined || byte === undefined ? undefined : Number(byte.time - first.time);
}
