/** What instances tell of themselves (contracts/instance-report.ts): read, and asked for. */
import { TsukiError } from "../contracts/errors.ts";
import {
  diskFields,
  type HealthState,
  healthLayout,
  healthStates,
  metricsFields,
  metricsLayout,
  networkDeviceFields,
  reportVersion,
} from "../contracts/instance-report.ts";

/** That a kernel's event loop turns, and what its program is about. */
export interface HealthReport {
  readonly state: HealthState;
  /** Rounds of the event loop. */
  readonly turns: number;
}

type Numbers<Names extends readonly string[]> = Readonly<Record<Names[number], number>>;

/** A report as a frame of the control channel. */
export type ReportFrame =
  | { readonly kind: "health"; readonly report: HealthReport }
  | { readonly kind: "metrics"; readonly report: MetricsReport };

/** What an instance has done so far; units stand in contracts/instance-report.ts. */
export interface MetricsReport extends Numbers<typeof metricsFields> {
  readonly networkDevices: readonly Numbers<typeof networkDeviceFields>[];
  readonly disks: readonly Numbers<typeof diskFields>[];
}

/** Reads the payload of a `health` frame. Throws `control-protocol`. */
export function decodeHealth(payload: Uint8Array): HealthReport {
  const view = versioned(payload, "health report");
  if (payload.length !== healthLayout.bytes) throw wrongLength("health report", payload);
  const state = healthStates[view.getUint16(healthLayout.state, true)];
  if (state === undefined) throw broken("a health report with an unknown state");
  return { state, turns: Number(view.getBigUint64(healthLayout.turns, true)) };
}

/** Makes the payload of a report, by the layout of its kind. */
export function encodeReport({ kind, report }: ReportFrame): Uint8Array {
  if (kind === "health") {
    const payload = Buffer.alloc(healthLayout.bytes);
    payload.writeUInt16LE(reportVersion, 0);
    payload.writeUInt16LE(healthStates.indexOf(report.state), healthLayout.state);
    payload.writeBigUInt64LE(BigInt(report.turns), healthLayout.turns);
    return payload;
  }
  const { networkDevices, disks } = report;
  const values = [
    ...metricsFields.map((name) => report[name]),
    ...networkDevices.flatMap((device) => networkDeviceFields.map((name) => device[name])),
    ...disks.flatMap((disk) => diskFields.map((name) => disk[name])),
  ];
  const payload = Buffer.alloc(8 + values.length * 8);
  payload.writeUInt16LE(reportVersion, 0);
  payload.writeUInt16LE(networkDevices.length, metricsLayout.networkDeviceCount);
  payload.writeUInt16LE(disks.length, metricsLayout.diskCount);
  values.forEach((value, index) => void payload.writeBigUInt64LE(BigInt(value), 8 + index * 8));
  return payload;
}

/** Reads the payload of a `metrics` frame. Throws `control-protocol`. */
export function decodeMetrics(payload: Uint8Array): MetricsReport {
  const view = versioned(payload, "metrics report");
  const { headerBytes, recordBytes, deviceLimit } = metricsLayout;
  if (payload.length < headerBytes) throw wrongLength("metrics report", payload);
  const networkDevices = view.getUint16(metricsLayout.networkDeviceCount, true);
  const disks = view.getUint16(metricsLayout.diskCount, true);
  if (networkDevices > deviceLimit || disks > deviceLimit) {
    throw broken(`a metrics report of more than ${deviceLimit} devices`);
  }
  if (payload.length !== headerBytes + (networkDevices + disks) * recordBytes) {
    throw wrongLength("metrics report", payload);
  }
  const records = <Names extends readonly string[]>(names: Names, first: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      numbers(names, view, headerBytes + (first + index) * recordBytes),
    );
  return {
    ...numbers(metricsFields, view, 8),
    networkDevices: records(networkDeviceFields, 0, networkDevices),
    disks: records(diskFields, networkDevices, disks),
  };
}

function numbers<Names extends readonly string[]>(
  names: Names,
  view: DataView,
  offset: number,
): Numbers<Names> {
  const pairs = names.map((name, index) => [
    name,
    Number(view.getBigUint64(offset + index * 8, true)),
  ]);
  return Object.fromEntries(pairs) as Numbers<Names>;
}

function versioned(payload: Uint8Array, what: string): DataView {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const version = payload.length < 2 ? undefined : view.getUint16(0, true);
  if (version !== reportVersion) throw broken(`a ${what} of version ${version ?? "none"}`);
  return view;
}

function wrongLength(what: string, { length }: Uint8Array): TsukiError {
  return broken(`a ${what} of ${length} bytes`);
}

function broken(what: string): TsukiError {
  const protocol = "the guest broke the control channel's protocol";
  return new TsukiError("control-protocol", `${protocol}: it sent ${what}`);
}

/** Those who wait for one kind of report; any report of the kind answers all of them. */
export class ReportQueue<Report> {
  readonly #ask: () => boolean;
  readonly #waiting = new Set<(report: Report | undefined) => void>();

  /** `ask` sends the question; false when there is nobody to ask. */
  constructor(ask: () => boolean) {
    this.#ask = ask;
  }

  /** Asks, and waits so long at most; undefined without an answer. */
  async next(timeoutMs: number): Promise<Report | undefined> {
    return await new Promise((settle) => {
      const finish = (report: Report | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(finish);
        settle(report);
      };
      const timer = setTimeout(finish, timeoutMs, undefined);
      const isFirst = this.#waiting.size === 0;
      this.#waiting.add(finish);
      // One question is enough, however many wait: a guest that does not answer is not flooded.
      if (isFirst && !this.#ask()) finish(undefined);
    });
  }

  /** Sends the question once more if somebody waits: nobody listened before. */
  repeat(): void {
    if (this.#waiting.size > 0) this.#ask();
  }

  /** Hands a report to all who wait; what nobody asked for is dropped. */
  readonly deliver = (report: Report | undefined): void => {
    for (const finish of [...this.#waiting]) finish(report);
  };
}

/** Both kinds of reports of one instance. */
export class Reports {
  readonly health: ReportQueue<HealthReport>;
  readonly metrics: ReportQueue<MetricsReport>;

  /** `write` sends a question's frame; false when there is nobody to ask. */
  constructor(write: (question: "health" | "metrics") => boolean) {
    this.health = new ReportQueue(() => write("health"));
    this.metrics = new ReportQueue(() => write("metrics"));
  }

  /** Takes a report to those who wait for it. */
  take(frame: ReportFrame): void {
    if (frame.kind === "health") this.health.deliver(frame.report);
    else this.metrics.deliver(frame.report);
  }

  /** Sends what was asked before somebody listened. */
  repeat(): void {
    this.health.repeat();
    this.metrics.repeat();
  }

  /** Tells all who wait that no answer comes: the instance has ended. */
  end(): void {
    this.health.deliver(undefined);
    this.metrics.deliver(undefined);
  }
}
