/** The `node` monitor: the same kernel in V8, in a process of its own, on any system. */
import { bound } from "../bound.ts";
import { startChild } from "../child.ts";
import type { Instance, LaunchRequest, Monitor } from "../interface.ts";
import type { Handover } from "./handover.ts";

const pagesPerMebibyte = 16;

/** Behind the standard streams, the handover and the stop pipe. */
const controlDescriptor = 5;

/** Files of Tsuki's package that the monitor needs. */
export interface NodeMonitorFiles {
  /** The bundled program of `main.ts`. */
  readonly programPath: string;
  readonly kernelPath: string;
  /** `tsuki-host`, which locks disks, and has the child die with this process. */
  readonly hostPath: string;
}

/** A monitor that runs `node` images; the child dies by signals even while its app computes. */
export function nodeMonitor(files: NodeMonitorFiles): Monitor {
  return { name: "node", platform: "node", launch: (request) => launch(files, request) };
}

async function launch(files: NodeMonitorFiles, request: LaunchRequest): Promise<Instance> {
  const { memoryMebibytes } = request;
  const handover: Handover = {
    kernelPath: files.kernelPath,
    hostPath: files.hostPath,
    appPath: request.imagePath,
    arguments: request.arguments,
    environment: request.environment,
    maximumPages: memoryMebibytes === undefined ? null : memoryMebibytes * pagesPerMebibyte,
    controlDescriptor: request.hasReports === true ? controlDescriptor : null,
  };
  return await startChild({
    ...bound(files.hostPath, {
      path: process.execPath,
      arguments: ["--no-warnings", "--stack-size=900", files.programPath],
    }),
    // Node's own variables (NODE_OPTIONS) must not reach it through the app's environment.
    environment: {},
    streams: request.streams,
    handover: Buffer.from(JSON.stringify(handover)),
    hasStopPipe: true,
    ...(request.hasReports === true ? { hasReports: true } : {}),
  });
}
