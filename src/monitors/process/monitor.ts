/** The `process` monitor: the image is a static executable that seals itself before it runs. */
import { environmentRecord, startChild } from "../child.ts";
import type { Instance, LaunchRequest, Monitor } from "../interface.ts";
import { isolatedEnvironment } from "./isolation.ts";

/** Runs `linux` images on x86-64 Linux as a process with the caller's own rights, then sealed. */
export const processMonitor: Monitor = { name: "process", platform: "linux", launch };

async function launch(request: LaunchRequest): Promise<Instance> {
  const [name = "app", ...rest] = request.arguments;
  return await startChild({
    path: request.imagePath,
    name,
    arguments: rest,
    environment: environmentRecord(isolatedEnvironment(request.environment)),
    streams: request.streams,
    ...(request.hasReports === true ? { hasReports: true } : {}),
  });
}
