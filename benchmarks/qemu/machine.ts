/** QEMU's words for a measured machine: those that the qemu monitor itself uses. */
import { writeFileSync } from "node:fs";
import { qemuParameters, standardStreams } from "../../src/monitors/qemu/command.ts";
import type { FoundQemu } from "../../src/monitors/qemu/find-qemu.ts";
import { encodeLaunchRecord } from "../../src/monitors/qemu/launch-record.ts";
import { defaultMemoryMebibytes } from "../../src/monitors/qemu/monitor.ts";
import type { Bench } from "../bench.ts";

/** The descriptor on which the launcher connects a socket. */
const controlDescriptor = 3;

/** Command lines for guests under one QEMU. */
export class MeasuredMachine {
  readonly qemu: FoundQemu;
  readonly #bench: Bench;
  readonly #launchRecordPath: string;

  constructor(bench: Bench, qemu: FoundQemu) {
    this.#bench = bench;
    this.qemu = qemu;
    this.#launchRecordPath = bench.path("launch-record");
    writeFileSync(this.#launchRecordPath, encodeLaunchRecord(["hello"], []));
  }

  /** Program and parameters; the memory is the monitor's default unless given. */
  words(imagePath: string, memoryMebibytes = defaultMemoryMebibytes): string[] {
    const parameters = qemuParameters(this.qemu, {
      machine: "microvm",
      accelerator: this.#bench.accelerator,
      memoryMebibytes,
      imagePath,
      launchRecordPath: this.#launchRecordPath,
      wallTime: BigInt(Date.now()) * 1_000_000n,
      hasConsolePorts: false,
      networks: [],
      consoleDescriptor: standardStreams,
      controlDescriptor,
      outputDescriptor: controlDescriptor,
    });
    return [this.qemu.path, ...parameters];
  }
}
