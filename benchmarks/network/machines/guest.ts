/** Guests on taps in namespaces of their own: images of ours, and a Linux that does the same. */
import { writeFileSync } from "node:fs";
import { qemuParameters, standardStreams } from "../../../src/monitors/qemu/command.ts";
import { type FoundQemu, findQemu } from "../../../src/monitors/qemu/find-qemu.ts";
import { encodeLaunchRecord } from "../../../src/monitors/qemu/launch-record.ts";
import { defaultMemoryMebibytes } from "../../../src/monitors/qemu/monitor.ts";
import {
  addresses,
  networkNeeds,
  type Running,
  TestNetwork,
  tapName,
} from "../../../tools/network/namespaces.ts";
import type { Bench } from "../../bench.ts";
import { type LinuxGuest, linuxMissing } from "../../qemu/devices/linux-guest.ts";

/** A guest under way, and the network between it and the host. */
export interface Guest {
  readonly network: TestNetwork;
  readonly running: Running;
}

/** The port of every server here. */
export const serverPort = 8080;

/** Where a guest's server answers. */
export const guestUrl = `http://${addresses.instance}:${serverPort}/`;

/** What a descriptor that is not there stands for in QEMU's words; `start` leaves the channel out. */
const noDescriptor = 3;

/** What is needed for guests, and QEMU's words for them. */
export class GuestMachine {
  readonly bench: Bench;
  readonly qemu: FoundQemu;
  /** Why there is no Linux guest; undefined when there is one. */
  readonly linuxMissing: string | undefined;

  constructor(bench: Bench, qemu: FoundQemu) {
    this.bench = bench;
    this.qemu = qemu;
    this.linuxMissing = linuxMissing(bench);
  }

  /** Program and parameters for an image: those of the qemu monitor, without its channel. */
  words(
    imagePath: string,
    programArguments: readonly string[] = [`${serverPort}`],
    memoryMebibytes = defaultMemoryMebibytes,
  ): string[] {
    const launchRecordPath = `${imagePath}.launch-record`;
    const environment = [`PORT=${serverPort}`];
    writeFileSync(launchRecordPath, encodeLaunchRecord(["app", ...programArguments], environment));
    const parameters = qemuParameters(this.qemu, {
      machine: "microvm",
      accelerator: this.bench.accelerator,
      memoryMebibytes,
      imagePath,
      launchRecordPath,
      wallTime: BigInt(Date.now()) * 1_000_000n,
      hasConsolePorts: false,
      networks: [{ tap: tapName, configuration: `${addresses.instance}/24`, forwards: [] }],
      consoleDescriptor: standardStreams,
      controlDescriptor: noDescriptor,
      outputDescriptor: noDescriptor,
    });
    const channel = `socket,id=control,fd=${noDescriptor}`;
    const words = parameters.map((word) => (word === channel ? "null,id=control" : word));
    return [this.qemu.path, ...words];
  }

  /** The same machine for Linux, which finds interrupts by ACPI only. */
  linuxWords(guest: LinuxGuest): string[] {
    const words = this.words(guest.initramfsPath).map((word) => word.replace("acpi=off,", ""));
    const replace = (option: string, value: string): void => {
      words[words.indexOf(option) + 1] = value;
    };
    replace("-kernel", guest.kernelPath);
    replace("-initrd", guest.initramfsPath);
    replace("-append", guest.commandLine);
    return words;
  }
}

/** The same words for a machine that has no control channel: nobody is asked for the time. */
export function withoutChannel(words: readonly string[]): string[] {
  return words.filter((word, index) => {
    const isOfChannel = (one = "") => /\bcontrol$/.test(one);
    return !isOfChannel(word) && !isOfChannel(words[index + 1]);
  });
}

/** A machine if this host has what it takes, else what is missing. */
export function findMachine(bench: Bench): GuestMachine | string {
  if (networkNeeds !== "") return networkNeeds.trim().replaceAll(/[()]/g, "");
  const qemu = findQemu(process.env);
  return qemu === undefined ? "needs qemu-system-x86_64" : new GuestMachine(bench, qemu);
}

/** Starts a guest on a network of its own. */
export function startGuest([program = "", ...parameters]: readonly string[]): Guest {
  const network = TestNetwork.direct();
  return { network, running: network.start(network.near, program, parameters) };
}

/** Runs a program at the host's end; an error tells what the guest has said, too. */
export async function runBeside(guest: Guest, path: string, ...words: string[]): Promise<string> {
  const { network, running } = guest;
  return await network.run(path, ...words).catch((error: unknown) => {
    const said = `${running.output}${running.errors}`.slice(-1000);
    throw new Error(`${String(error)}; the guest said: ${said}`, { cause: error });
  });
}

/** Resolves once a guest's server answers; throws with what the guest said if it does not. */
export async function answering(guest: Guest, seconds = 30): Promise<void> {
  const words = ["-sS", "-o", "/dev/null", "-m", `${seconds}`, "--connect-timeout", "0.2"];
  const retry = ["--retry", "1000", "--retry-all-errors", "--retry-delay", "0"];
  const limit = ["--retry-max-time", `${seconds}`];
  await runBeside(guest, "curl", ...words, ...retry, ...limit, guestUrl);
}
