/** What every monitor is: it launches an image and tells how it ended. */
import type { Readable, Writable } from "node:stream";
import type { Platform } from "../contracts/machine-interface.ts";
import type { HealthReport, MetricsReport } from "./reports.ts";

/** The monitors there are. */
export const monitorNames = ["process", "qemu", "node", "solo5"] as const;

/** The name of one monitor. */
export type MonitorName = (typeof monitorNames)[number];

/** The instance's standard streams; `inherit` gives it the caller's own where that is possible. */
export type InstanceStreams =
  | "inherit"
  | { readonly stdin: Readable; readonly stdout: Writable; readonly stderr: Writable };

/** A port of the host that leads to one of a virtual machine. */
export interface PortForward {
  readonly protocol: "tcp" | "udp";
  /** An address of the host's, without brackets; 0.0.0.0 and :: for all of a version. */
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly guestPort: number;
}

/** How one network card of a kernel with a network stack of its own is connected. */
export interface MachineNetwork {
  /** A tap device of the host's; without one, a network of the machine's own behind the monitor. */
  readonly tap?: string | undefined;
  /** The device's hardware address; the monitor chooses one without. */
  readonly hardwareAddress?: string | undefined;
  /** What the kernel is told of its addresses (contracts/control-channel.ts). */
  readonly configuration: string;
  /** None on a tap device. */
  readonly forwards: readonly PortForward[];
}

/** A file of the host's that an app finds as a disk: one file of fixed size. */
export interface DiskMount {
  /** An absolute path of the host's. */
  readonly path: string;
  /** An absolute path in the app's eyes, without blanks and commas. */
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** One image to be run once. */
export interface LaunchRequest {
  /** Path of the image (for `node`: of the app's module). */
  readonly imagePath: string;
  /** The app's arguments; the first is the program's name. */
  readonly arguments: readonly string[];
  /** The app's whole environment, each `NAME=value`; nothing is added. */
  readonly environment: readonly string[];
  readonly streams: InstanceStreams;
  /** The networks of an image with a stack of its own, a card each; none without. */
  readonly networks?: readonly MachineNetwork[] | undefined;
  /** Disks of a virtual machine; other monitors' images open theirs by TSUKI_DISK. */
  readonly disks?: readonly DiskMount[] | undefined;
  /** A file that is written what passes the networks; only with one. */
  readonly tracePath?: string | undefined;
  /** Whether its reports will be asked for, where a way for them has a price (`process`). */
  readonly hasReports?: boolean;
  /** The machine's memory; the monitor's default when undefined. `process` has no such bound. */
  readonly memoryMebibytes: number | undefined;
}

/** One running instance. */
export interface Instance {
  /** The exit status, 0 to 255; rejects with a TsukiError when it cannot be known. */
  wait(): Promise<number>;
  /** Asks the instance to end (status 143), and ends it if it does not. */
  stop(): void;
  /** Ends the instance at once (status 137). */
  kill(): void;
  /**
   * Asks the kernel how it is, and waits so long for its answer. Undefined without one: the program
   * never waits for anything (or has not yet), computes, hangs, or has ended.
   */
  health(timeoutMs: number): Promise<HealthReport | undefined>;
  /** Asks the kernel what it has done; as `health`. */
  metrics(timeoutMs: number): Promise<MetricsReport | undefined>;
}

/** Runs images of one platform. */
export interface Monitor {
  readonly name: MonitorName;
  readonly platform: Platform;
  /** Resolves once the instance is running. Throws a TsukiError. */
  launch(request: LaunchRequest): Promise<Instance>;
}

/** Exit statuses of instances that did not end by themselves (128 + signal). */
export const endedStatus = { interrupted: 130, killed: 137, stopped: 143 } as const;
