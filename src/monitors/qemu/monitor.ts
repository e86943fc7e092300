/** The `qemu` monitor: the image boots in a virtual machine. */
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { TsukiError } from "../../contracts/errors.ts";
import { deviceNoteBits } from "../../contracts/image-note.ts";
import { bound, type Program } from "../bound.ts";
import type { Instance, LaunchRequest, MachineNetwork, Monitor } from "../interface.ts";
import {
  type Accelerator,
  type MachineRequest,
  type MachineType,
  qemuParameters,
  standardStreams,
} from "./command.ts";
import { readDeviceNote } from "./device-note.ts";
import { type FoundQemu, requireQemu } from "./find-qemu.ts";
import { imageMemoryEnd, readHeaders } from "./image-headers.ts";
import { encodeLaunchRecord } from "./launch-record.ts";
import { Machine } from "./machine.ts";
import { PrivateFolder } from "./private-folder.ts";
import { openRelays } from "./relays.ts";

/** Memory of a machine of which nothing else is said; the host gives it only when touched. */
export const defaultMemoryMebibytes = 256;

const bytesPerMebibyte = 1_048_576;

/** The child's descriptor for what comes by COM1, behind its standard streams. */
const consoleDescriptor = 3;

/** The one for standard output by a console's port. */
const outputDescriptor = 4;

/** What kind of machine to run. */
export interface QemuOptions {
  readonly machine: MachineType;
  readonly accelerator: Accelerator;
  readonly environment: NodeJS.ProcessEnv;
  /** `tsuki-host`, which has QEMU die with this process; without it QEMU may be left behind. */
  readonly hostPath?: string | undefined;
}

/** A monitor that runs `pc` images. */
export function qemuMonitor(options: QemuOptions): Monitor {
  return {
    name: "qemu",
    platform: "pc",
    launch: (request) => launch(requireQemu(options.environment), options, request),
  };
}

async function launch(
  qemu: FoundQemu,
  options: QemuOptions,
  request: LaunchRequest,
): Promise<Instance> {
  const { networks = [] } = request;
  const relays = await openRelays(networks.flatMap(({ forwards }) => forwards));
  const folder = new PrivateFolder();
  const release = () => {
    folder.remove();
    relays.close();
  };
  try {
    const record = encodeLaunchRecord(request.arguments, request.environment);
    const devices = readDeviceNote(request.imagePath);
    const relayed = (network: MachineNetwork): MachineNetwork =>
      network.forwards.length === 0 ? network : { ...network, forwards: relays.forwards };
    const machine: MachineRequest = {
      machine: options.machine,
      accelerator: options.accelerator,
      memoryMebibytes: memoryFor(request),
      imagePath: request.imagePath,
      launchRecordPath: folder.write("launch", record),
      hasConsolePorts: (devices & deviceNoteBits.consolePorts) !== 0,
      networks: (devices & deviceNoteBits.network) === 0 ? [] : networks.map(relayed),
      disks: (devices & deviceNoteBits.disks) === 0 ? undefined : request.disks,
      tracePath: request.tracePath,
      wallTime: BigInt(Date.now()) * 1_000_000n,
      consoleDescriptor,
      // Writing to a machine that has ended must not lose its last words.
      controlDescriptor: standardStreams,
      outputDescriptor,
    };
    checkPlaces(machine);
    const parameters = qemuParameters(qemu, machine);
    const program = bound(options.hostPath, { path: qemu.path, arguments: parameters });
    return await start(program, request, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** As many disks has the kernel room for, and as many virtio devices a microvm. */
const diskLimit = 8;
const microvmPlaces = 8;

/** Refuses more disks than a machine has places for; QEMU itself speaks of buses. Throws `usage`. */
function checkPlaces({ machine, disks = [], networks, hasConsolePorts }: MachineRequest): void {
  const left = microvmPlaces - networks.length - Number(hasConsolePorts);
  const places = machine === "microvm" ? Math.min(diskLimit, left) : diskLimit;
  if (disks.length <= places) return;
  const advice = disks.length <= diskLimit ? "; --machine q35 has room for 8" : "";
  const problem = `this machine has room for ${places} disks, and is to have ${disks.length}`;
  throw new TsukiError("usage", `${problem}${advice}`);
}

/** QEMU itself does not tell who asks for less memory than the image fills. */
function memoryFor(request: LaunchRequest): number {
  const mebibytes = request.memoryMebibytes ?? defaultMemoryMebibytes;
  const least = Math.ceil(imageMemoryEnd(readHeaders(request.imagePath)) / bytesPerMebibyte);
  if (mebibytes >= least) return mebibytes;
  throw new TsukiError(
    "usage",
    `${mebibytes} MiB of memory are less than the image fills; give it at least ${least} (--memory ${least}M)`,
  );
}

async function start(
  { path, arguments: words }: Program,
  request: LaunchRequest,
  onEnd: () => void,
): Promise<Instance> {
  const child = spawn(path, words, { stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"] });
  await new Promise<void>((settle, reject) => {
    child.once("spawn", settle);
    child.once("error", (error) => {
      reject(new TsukiError("monitor-failed", `cannot start ${path}: ${error.message}`));
    });
  });
  const outputs = [child.stdio[consoleDescriptor], child.stdio[outputDescriptor]];
  const readable = outputs.filter((output) => output instanceof Readable);
  const { stdin, stdout, stderr } = child;
  if (readable.length < outputs.length || stdin === null || stdout === null || stderr === null) {
    child.kill("SIGKILL");
    throw new TsukiError("monitor-failed", `cannot connect to ${path}`);
  }
  const qemu = Object.assign(child, { stdin, stdout, stderr });
  return new Machine(qemu, readable, request.streams, onEnd);
}
