/** The monitors as the suite sees them, and the images that they run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Platform } from "../src/contracts/machine-interface.ts";
import { build } from "../src/engine/build.ts";
import { builtFile } from "../src/engine/package-files.ts";
import type { Instance, Monitor } from "../src/monitors/interface.ts";
import { nodeMonitor } from "../src/monitors/node/monitor.ts";
import { processMonitor } from "../src/monitors/process/monitor.ts";
import type { MachineType } from "../src/monitors/qemu/command.ts";
import { qemuMonitor } from "../src/monitors/qemu/monitor.ts";
import { hasQemu, qemuNeeded } from "../src/monitors/qemu/qemu.fixture.ts";
import { solo5Monitor } from "../src/monitors/solo5/monitor.ts";
import { hasTender, tenderNeeded } from "../src/monitors/solo5/tender.fixture.ts";

/** One monitor, and whether it can run here; if not, the title says what to install. */
export interface MonitorCase {
  readonly title: string;
  readonly open: () => Monitor;
  readonly isHere: boolean;
  /** How much is much input. */
  readonly largeInputBytes: number;
}

const mebibyte = 1 << 20;

const isLinux = process.platform === "linux" && process.arch === "x64";

function emulated(machine: MachineType): MonitorCase {
  return {
    title: `qemu ${machine}${qemuNeeded}`,
    open: () => qemuMonitor({ machine, accelerator: "tcg", environment: process.env }),
    isHere: hasQemu,
    largeInputBytes: mebibyte,
  };
}

/** The monitor whose instances have a console alone: no input, errors beside output, no reports. */
export const consoleMonitorCase: MonitorCase = {
  title: `solo5${tenderNeeded}`,
  open: () => solo5Monitor({ environment: process.env, hostPath: builtFile("tsuki-host") }),
  isHere: hasTender,
  largeInputBytes: 0,
};

/** Every other monitor that there is. */
export const monitorCases: readonly MonitorCase[] = [
  {
    title: "node",
    open: () =>
      nodeMonitor({
        programPath: builtFile("node-monitor.js"),
        kernelPath: builtFile("kernel.wasm"),
        hostPath: builtFile("tsuki-host"),
      }),
    isHere: true,
    largeInputBytes: mebibyte,
  },
  {
    title: isLinux ? "process" : "process (needs Linux on x86-64)",
    open: () => processMonitor,
    isHere: isLinux,
    largeInputBytes: mebibyte,
  },
  emulated("microvm"),
  emulated("q35"),
];

/** Images of the probe program, built once for each platform and memory bound. */
export class ProbeImages {
  readonly #cache = mkdtempSync(join(tmpdir(), "tsuki-test-"));
  readonly #built = new Map<string, Promise<string>>();

  /** The path of an image for `platform`. */
  async path(platform: Platform, maximumPages?: number): Promise<string> {
    const key = `${platform} ${maximumPages ?? ""}`;
    const known = this.#built.get(key);
    if (known !== undefined) return await known;
    const made = build({
      sources: [join(import.meta.dirname, "apps", "probe.c")],
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: import.meta.dirname,
      environment: { ...process.env, XDG_CACHE_HOME: this.#cache },
      platform,
      maximumPages,
    }).then(({ path }) => path);
    this.#built.set(key, made);
    return await made;
  }

  /** Removes everything that was built. */
  remove(): void {
    rmSync(this.#cache, { recursive: true });
  }
}

/** What to do with the probe and with what around it. */
export interface ProbeRun {
  readonly arguments: readonly string[];
  readonly environment?: readonly string[];
  /** Standard input; nothing by default, and left open when `null`. */
  readonly input?: Uint8Array | null;
  readonly memoryMebibytes?: number;
  /** Whether it is to be asked how it is. */
  readonly hasReports?: boolean;
}

/** A running probe and its collected output. */
export interface ProbeInstance {
  readonly instance: Instance;
  readonly stdout: PassThrough;
  /** Everything, once it has ended; what is on a console is output and errors both. */
  readonly ended: () => Promise<{ status: number; output: Buffer; errors: string }>;
}

/** Starts the probe on a monitor. */
export async function startProbe(
  monitor: Monitor,
  images: ProbeImages,
  run: ProbeRun,
): Promise<ProbeInstance> {
  const { memoryMebibytes } = run;
  const isBuiltIn = monitor.platform === "linux" && memoryMebibytes !== undefined;
  const stdin = new PassThrough();
  if (run.input !== null) Readable.from([run.input ?? Buffer.of()]).pipe(stdin);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [output, errors] = [buffer(stdout), buffer(stderr)];
  const instance = await monitor.launch({
    imagePath: await images.path(monitor.platform, isBuiltIn ? memoryMebibytes * 16 : undefined),
    arguments: ["probe", ...run.arguments],
    environment: run.environment ?? [],
    streams: { stdin, stdout, stderr },
    hasReports: run.hasReports ?? false,
    memoryMebibytes,
  });
  return {
    instance,
    stdout,
    ended: async () => {
      const status = await instance.wait();
      stdout.end();
      stderr.end();
      const isConsole = monitor.name === "solo5";
      const complaints = await (isConsole ? output : errors);
      return { status, output: await output, errors: complaints.toString("utf8") };
    },
  };
}
