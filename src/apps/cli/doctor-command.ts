/** `tsuki doctor`. */
import { examineHost, type Finding } from "../../engine/host/report.ts";
import { wantsColour } from "./report.ts";

const marks = { yes: "yes", partly: "partly", no: "no" } as const;
const colours = { yes: 32, partly: 33, no: 31 } as const;

/** Options as commander gives them. */
export interface DoctorOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Prints what this host offers; 0 whatever that is. */
export async function doctorCommand(options: DoctorOptions): Promise<number> {
  const report = await examineHost(process.env, process.cwd());
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...report.findings.map(({ name }) => name.length));
  for (const finding of report.findings) process.stdout.write(rowOf(finding, width));
  process.stdout.write(`\n${report.conclusion}\n`);
  return 0;
}

function rowOf(finding: Finding, width: number): string {
  const word = marks[finding.offers].padEnd(6);
  const mark = wantsColour(process.stdout)
    ? `\u001b[${colours[finding.offers]}m${word}\u001b[39m`
    : word;
  const indent = " ".repeat(width + 9);
  const more = [finding.consequence, finding.advice].filter((text) => text !== "");
  return [`${finding.name.padEnd(width)}  ${mark} ${finding.found}`]
    .concat(more.map((text) => indent + text))
    .map((line) => `${line}\n`)
    .join("");
}
