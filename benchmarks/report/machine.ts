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

/** The average number of running processes in the last minute; 0.00 where the host does not tell. */
export function loadNow(): string {
  return (loadavg()[0] ?? 0).toFixed(2);
}

function firstLine(program: string): string {
  return outputOf(program, ["--version"]).split("\n")[0] ?? program;
}
