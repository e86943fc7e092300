/** `npm run bench`: measures, prints the table, and after a full run writes RESULTS.md. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findQemu } from "../src/monitors/qemu/find-qemu.ts";
import { testKvm } from "../src/monitors/qemu/kvm.ts";
import { Bench } from "./bench.ts";
import { measureBuilding } from "./building/area.ts";
import { measureCode } from "./code/area.ts";
import { measureInstances } from "./instances/area.ts";
import { measureNetwork } from "./network/area.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { measureProcess } from "./process/area.ts";
import { measureQemu } from "./qemu/area.ts";
import { type AreaName, areaNames, type Finding, skipped, verdictOf } from "./report/finding.ts";
import { describeLoad, loadNow, machineLines } from "./report/machine.ts";
import { resultsText } from "./report/results-file.ts";
import { tableLines } from "./report/table.ts";
import { measureServices } from "./services/area.ts";
import { measureSolo5 } from "./solo5/area.ts";

const areas: Readonly<Record<AreaName, (bench: Bench) => Promise<Finding[]> | Finding[]>> = {
  process: measureProcess,
  qemu: measureQemu,
  building: measureBuilding,
  code: measureCode,
  services: measureServices,
  instances: measureInstances,
  network: measureNetwork,
  solo5: measureSolo5,
};

const resultsPath = fileURLToPath(new URL("RESULTS.md", import.meta.url));

async function measure(options: BenchOptions): Promise<Finding[]> {
  const note = (line: string) => process.stderr.write(`bench: ${line}\n`);
  const bench = new Bench(options, note);
  const findings: Finding[] = [];
  try {
    for (const area of options.areas) findings.push(...(await attempt(area, bench)));
  } finally {
    bench.end();
  }
  return findings;
}

/** An area that fails leaves the others their say. */
async function attempt(area: AreaName, bench: Bench): Promise<Finding[]> {
  try {
    return await areas[area](bench);
  } catch (error) {
    process.exitCode = 1;
    const why = error instanceof Error ? error.message : String(error);
    return [skipped(area, "everything", `it failed: ${why}`)];
  }
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.kvm) await requireKvm();
  const before = loadNow();
  const findings = await measure(options);
  const load = describeLoad(before);
  const report = { date: new Date(), machine: machineLines(), load, table: tableLines(findings) };
  if (options.json) {
    const { date, machine } = report;
    const judged = findings.map((finding) => ({ ...finding, verdict: verdictOf(finding) }));
    console.log(JSON.stringify({ date, machine, load, findings: judged }, null, 2));
    return;
  }
  console.log(`\n${[...report.table, "", ...report.machine].join("\n")}`);
  console.log(load);
  const isFull = !options.quick && options.areas.length === areaNames.length;
  if (isFull && process.exitCode === undefined) writeFileSync(resultsPath, resultsText(report));
}

async function requireKvm(): Promise<void> {
  const qemu = findQemu(process.env);
  if (qemu === undefined) throw new Error("--kvm needs qemu-system-x86_64");
  const { isUsable, reason } = await testKvm(qemu);
  if (!isUsable) throw new Error(`--kvm: KVM ${reason}`);
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
