/** What an instance's kernel tells of itself, by way of its supervisor (contracts/supervisor.ts). */
import { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { frameHeaderBytes, frameKinds } from "../../contracts/control-channel.ts";
import { GuestFrameReader, reportFrame } from "../../monitors/frames.ts";
import type { Instance } from "../../monitors/interface.ts";
import type { HealthReport, MetricsReport, ReportFrame } from "../../monitors/reports.ts";
import type { StoredInstance } from "./instance-store.ts";
import { connectSupervisor } from "./supervisor.ts";

/** A program that computes does not answer; nobody wants to wait for its end. */
const patienceMs = 1000;

/** How an instance's kernel is; undefined where it does not run, or does not answer within a second. */
export async function healthOf(instance: StoredInstance): Promise<HealthReport | undefined> {
  const frame = await ask(instance, "health");
  return frame?.kind === "health" ? frame.report : undefined;
}

/** What it has done; as `healthOf`. */
export async function metricsOf(instance: StoredInstance): Promise<MetricsReport | undefined> {
  const frame = await ask(instance, "metrics");
  return frame?.kind === "metrics" ? frame.report : undefined;
}

async function ask(
  { record, state }: StoredInstance,
  question: ReportFrame["kind"],
): Promise<ReportFrame | undefined> {
  if (state.status !== "running") return undefined;
  const socket = connectSupervisor(record.id);
  socket.setTimeout(patienceMs, () => socket.destroy());
  socket.write(`${question}\n`);
  try {
    const [frame] = new GuestFrameReader().push(await buffer(socket));
    return frame?.kind === "health" || frame?.kind === "metrics" ? frame : undefined;
  } catch {
    // It has ended meanwhile, or its answer is none.
    return undefined;
  } finally {
    socket.destroy();
  }
}

/** Answers what comes on a descriptor for an instance that this process holds, until that is closed. */
export function passQuestions(descriptor: number, instance: Instance): void {
  const socket = new Socket({ fd: descriptor }).on("error", () => {}).unref();
  let rest = Buffer.alloc(0);
  socket.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (; rest.length >= frameHeaderBytes; rest = rest.subarray(frameHeaderBytes)) {
      void answer(rest.readUInt32LE(0), instance, socket);
    }
  });
}

/** Who gets no answer asks again. */
async function answer(kind: number, instance: Instance, socket: Socket): Promise<void> {
  if (kind === frameKinds.healthRequest) {
    const report = await instance.health(patienceMs);
    if (report !== undefined) socket.write(reportFrame({ kind: "health", report }));
  } else if (kind === frameKinds.metricsRequest) {
    const report = await instance.metrics(patienceMs);
    if (report !== undefined) socket.write(reportFrame({ kind: "metrics", report }));
  }
}
