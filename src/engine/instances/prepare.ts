/** From what `tsuki run` was told to an instance that a supervisor can start. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { supervisedControl } from "../../contracts/supervisor.ts";
import type { Instance } from "../../monitors/interface.ts";
import { disksAndEnvironment } from "../machine-disks.ts";
import { networksAndEnvironment } from "../machine-network.ts";
import { openMonitor, prepareRun, type RunOptions } from "../run.ts";
import { imageFile, parseInstanceRecord, recordFile } from "./instance-record.ts";
import { passQuestions } from "./kernel-reports.ts";
import type { InstanceOptions } from "./lifecycle.ts";

/** What does not follow from the run. */
export type InstanceManner = Pick<
  InstanceOptions,
  | "name"
  | "restart"
  | "stopTimeoutSeconds"
  | "isTemporary"
  | "ports"
  | "volumes"
  | "networks"
  | "labels"
  | "health"
  | "input"
  | "processors"
  | "processLimit"
>;

/** Builds what is to run, and says how. Throws a TsukiError. */
export async function prepareInstance(
  options: RunOptions,
  manner: InstanceManner,
): Promise<InstanceOptions> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    const problem = "instances in the background need Linux on x86-64";
    throw new TsukiError("monitor-missing", `${problem}; run it in the foreground`);
  }
  const { choice, image, arguments: words, environment } = await prepareRun(options);
  const { memoryMebibytes } = options;
  return {
    ...manner,
    image: options.sources[0] ?? "app",
    imagePath: image.path,
    monitor: choice.name,
    machine: options.machine,
    accelerator: choice.accelerator,
    ...(memoryMebibytes === undefined ? {} : { memoryMebibytes }),
    arguments: [...words],
    environment: [...environment],
  };
}

/**
 * Runs the instance whose folder this process works in, on a monitor that Node holds, and answers its
 * supervisor's questions.
 */
export async function runHere(folder: string, environment: NodeJS.ProcessEnv): Promise<Instance> {
  const path = join(folder, recordFile);
  const record = parseInstanceRecord(readFileSync(path, "utf8"), path);
  const { monitor: name, accelerator, machine } = record;
  const monitor = await openMonitor({ name, accelerator }, machine, environment);
  const { networks, environment: settings } = networksAndEnvironment(monitor, record.environment);
  const instance = await monitor.launch({
    imagePath: join(folder, imageFile),
    arguments: record.arguments,
    networks,
    ...disksAndEnvironment(monitor, settings),
    streams: "inherit",
    hasReports: true,
    memoryMebibytes: record.memoryMebibytes,
  });
  passQuestions(supervisedControl, instance);
  return instance;
}
