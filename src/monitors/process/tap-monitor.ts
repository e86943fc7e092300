/** The `process` monitor for images with a network stack of their own, on tap devices. */
import { closeSync, openSync } from "node:fs";
import { TsukiError } from "../../contracts/errors.ts";
import { environmentRecord, startChild } from "../child.ts";
import type { Instance, LaunchRequest, Monitor } from "../interface.ts";
import { isolatedEnvironment } from "./isolation.ts";

/** Descriptors that are handed over come behind the standard streams. */
const firstHandedOver = 3;

/** Runs such images by `tsuki-host`, whose path it is: it opens the taps and becomes the image. */
export function tapMonitor(hostPath: string): Monitor {
  return {
    name: "process",
    platform: "linux",
    launch: async (request) => await launch(hostPath, request),
  };
}

async function launch(hostPath: string, request: LaunchRequest): Promise<Instance> {
  const [name = "app", ...rest] = request.arguments;
  const taps = (request.networks ?? []).map(({ tap = "" }) => tap).join(",");
  const trace = request.tracePath === undefined ? undefined : openTrace(request.tracePath);
  const environment = environmentRecord(isolatedEnvironment(request.environment));
  try {
    return await startChild({
      path: hostPath,
      arguments: ["tap", taps, "-a", name, request.imagePath, ...rest],
      environment:
        trace === undefined ? environment : { ...environment, TSUKI_PCAP: `${firstHandedOver}` },
      streams: request.streams,
      ...(request.hasReports === true ? { hasReports: true } : {}),
      ...(trace === undefined ? {} : { handedOver: [trace] }),
    });
  } finally {
    if (trace !== undefined) closeSync(trace);
  }
}

function openTrace(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TsukiError("output-unwritable", `${path} cannot be written: ${reason}`);
  }
}
