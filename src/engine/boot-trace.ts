/** What a boot costs: the instructions from a guest's entry to the app's first, counted by QEMU. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { TsukiError } from "../contracts/errors.ts";
import { readElf } from "../image/elf/reader.ts";
import { type MachineType, qemuParameters, standardStreams } from "../monitors/qemu/command.ts";
import { type FoundQemu, requireQemu } from "../monitors/qemu/find-qemu.ts";
import { encodeLaunchRecord } from "../monitors/qemu/launch-record.ts";
import { PrivateFolder } from "../monitors/qemu/private-folder.ts";
import { InstructionCounter } from "./instruction-trace.ts";
import { programFunctions } from "./program-functions.ts";

/** Instructions in one part of the kernel, or in the code in front of it. */
export interface BootPhase {
  /** `entry`, or the kernel's folder: `boot`, `platform/pc` ... */
  readonly name: string;
  /** Each repetition of a string instruction is one. */
  readonly instructions: number;
}

/** A boot, up to the app's first instruction. */
export interface BootTrace {
  /** In the order in which they began. */
  readonly phases: readonly BootPhase[];
  /** The sum of all phases. */
  readonly instructions: number;
  /** The same with each string instruction counted once. */
  readonly withoutRepetitions: number;
  /** How many different instructions they are. */
  readonly different: number;
  /** The app's first function. */
  readonly firstFunction: string;
}

/** What to boot. */
export interface BootTraceRequest {
  readonly imagePath: string;
  readonly machine: MachineType;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  readonly memoryMebibytes: number;
  readonly hostEnvironment: NodeJS.ProcessEnv;
  /** QEMU's parameters for devices besides what every machine has. */
  readonly devices?: readonly string[];
  /** The app's first function, where its name does not tell it from the kernel's. */
  readonly firstFunction?: string;
}

const controlDescriptor = 3;
const timeLimitMs = 60_000;

/** Boots an image under QEMU's eyes, one instruction at a time. Throws a TsukiError. */
export async function traceBoot(request: BootTraceRequest): Promise<BootTrace> {
  const qemu = requireQemu(request.hostEnvironment);
  const image = readFileSync(request.imagePath);
  const entry = readElf(image).pvhEntry ?? 0;
  const counter = new InstructionCounter(programFunctions(image), entry, request.firstFunction);
  await traced(qemu, request, oneByOne(qemu), (line) => counter.take(line));
  const { different, first, instructions, withoutRepetitions } = counter;
  if (first === undefined) {
    throw new TsukiError("instance-lost", "QEMU ended before the app's first instruction");
  }
  const phases = [...counter.phases].map(([name, count]) => ({ name, instructions: count }));
  return { phases, instructions, withoutRepetitions, different, firstFunction: first.name };
}

interface TraceWords {
  readonly flags: readonly string[];
  /** In place of the usual words for the accelerator; nothing: those. */
  readonly accelerator: string;
}

/** One instruction a block, on a machine whose clock is its instruction counter. */
function oneByOne(qemu: FoundQemu): TraceWords {
  const { stdout } = spawnSync(qemu.path, ["--version"], { encoding: "utf8" });
  const [, major = "0", minor = "0"] = /version (\d+)\.(\d+)/.exec(stdout) ?? [];
  // QEMU 8.1 made the option -singlestep a property of the accelerator; 9.1 removed the option.
  const isModern = Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 1);
  return {
    flags: [
      ...(isModern ? [] : ["-singlestep"]),
      ...["-icount", "shift=0,sleep=off", "-d", "exec,nochain"],
    ],
    accelerator: isModern ? "tcg,thread=single,one-insn-per-tb=on" : "tcg,thread=single",
  };
}

/** Runs QEMU until a line of its log is the last that is wanted, or it ends. */
async function traced(
  qemu: FoundQemu,
  request: BootTraceRequest,
  words: TraceWords,
  take: (line: string) => boolean,
): Promise<void> {
  const folder = new PrivateFolder();
  const record = encodeLaunchRecord(request.arguments, request.environment);
  const parameters = qemuParameters(qemu, {
    machine: request.machine,
    accelerator: "tcg",
    memoryMebibytes: request.memoryMebibytes,
    imagePath: request.imagePath,
    launchRecordPath: folder.write("launch", record),
    wallTime: BigInt(Date.now()) * 1_000_000n,
    consoleDescriptor: standardStreams,
    controlDescriptor,
    hasConsolePorts: false,
    networks: [],
    outputDescriptor: controlDescriptor,
  }).map((word) => (word.startsWith("tcg") && words.accelerator !== "" ? words.accelerator : word));
  const child = spawn(qemu.path, [...parameters, ...(request.devices ?? []), ...words.flags], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    timeout: timeLimitMs,
  });
  try {
    await linesOf(child, take);
  } finally {
    child.kill("SIGKILL");
    folder.remove();
  }
}

async function linesOf(child: ChildProcess, take: (line: string) => boolean): Promise<void> {
  if (child.stderr === null) return;
  const lines = createInterface({ input: child.stderr });
  for await (const line of lines) if (take(line)) return;
}
