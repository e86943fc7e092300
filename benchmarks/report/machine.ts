/** The machine that was measured on. */
import { cpus, loadavg, release, totalmem } from "node:os";
import { findQemu } from "../../src/monitors/qemu/find-qemu.ts";
import { findCompiler } from "../launcher/c-compiler.ts";
import { outputOf } from "../programs.ts";

/** Lines that describe processor, system and the programs that were measured against. */
export function machineLines(): string[] {
  const processors = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const qemu = findQemu(process.env);
  const compiler = findCompiler();
  return [
    `${processors.length} x ${processors[0]?.model ?? "unknown processor"}, ${gibibytes} GiB`,
    `${process.platform} ${release()}, Node ${process.version}`,
    compiler === undefined ? "no C compiler" : firstLine(compiler),
    qemu === undefined ? "no QEMU" : firstLine(qemu.path),
  ];
}

/** The average number of running processes in the last minute; 0 where the host does not tell. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}

/** What the load says about the figures, given the load before the run. */
export function describeLoad(before: number, processors = cpus().length): string {
  const load = `load average ${before.toFixed(2)} before the run`;
  const isBusy = before > processors / 2;
  return isBusy ? `${load}: BUSY, so that absolute times are too long; ratios hold better` : load;
}

function firstLine(program: string): string {
  return outputOf(program, ["--version"]).split("\n")[0] ?? program;
}
