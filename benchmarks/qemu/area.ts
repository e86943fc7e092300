/** Everything that is measured of an image that boots under QEMU. */
import { statSync } from "node:fs";
import { findQemu } from "../../src/monitors/qemu/find-qemu.ts";
import { type Bench, sources } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { measureDevices } from "./devices/area.ts";
import { measureFirstByte } from "./first-byte.ts";
import { measureGuestShare } from "./guest-share.ts";
import { countBootInstructions } from "./instructions.ts";
import { findLeastMemory } from "./least-memory.ts";
import { MeasuredMachine } from "./machine.ts";

const goalBytes = 64 * 1024;
const goalKibibytes = 1536;

/** Runs the measurements of the qemu monitor's images. */
export async function measureQemu(bench: Bench): Promise<Finding[]> {
  const qemu = findQemu(process.env);
  if (qemu === undefined) return [skipped("qemu", "everything", "needs qemu-system-x86_64")];
  bench.note("qemu: building images");
  const images = {
    "hello (C)": bench.image(sources.helloC, "pc", "hello-c.elf"),
    "hello (AS)": bench.image(sources.helloAs, "pc", "hello-as.elf"),
  };
  const machine = new MeasuredMachine(bench, qemu);
  const helloC = images["hello (C)"];
  return [
    ...measureFirstByte(bench, machine, images),
    measureGuestShare(bench, machine, helloC),
    ...Object.entries(images).map(([name, path]) => imageSize(name, path)),
    await findLeastMemory(
      bench,
      "hello (C), least memory in which it boots",
      goalKibibytes,
      (mebibytes) => machine.words(helloC, mebibytes),
    ),
    await countBootInstructions(bench, helloC),
    ...(await measureDevices(bench, machine)),
  ];
}

function imageSize(name: string, path: string): Finding {
  const value = statSync(path).size;
  return {
    area: "qemu",
    measure: `${name}, image`,
    value,
    unit: "bytes",
    goal: goalBytes,
    detail: "",
  };
}
