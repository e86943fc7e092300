/** The program of the node monitor's child process: runs the app and exits with its status. */
import { readFileSync } from "node:fs";
import type { Handover } from "./handover.ts";

const handover = JSON.parse(readFileSync(3, "utf8")) as Handover;
process.stderr.write(`node monitor: not there yet (${handover.appPath})\n`);
process.exit(1);
