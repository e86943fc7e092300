/** QEMU's log of a boot, one instruction a line, counted up to the app's first. */
import type { ProgramFunction } from "./program-functions.ts";

/** Trace 0: <host address> [<code segment>/<program counter>/<flags>/...] */
const tracedInstruction = /^Trace \d+: \S+ \[[0-9a-f]+\/([0-9a-f]+)\//;
/** QEMU traced an instruction and then did not execute it: it will trace it again. */
const takenBack = /^(?:Stopped execution of TB chain before|cpu_io_recompile: rewound execution)/;

/** Adds up instructions by what their functions belong to. */
export class InstructionCounter {
  /** Instructions by `entry`, `runtime` or the kernel's folder, in the order in which they began. */
  readonly phases = new Map<string, number>();
  /** All of them, each string instruction counted once however often it repeats. */
  withoutRepetitions = 0;
  /** The app's first function, once it has been reached. */
  first: ProgramFunction | undefined;
  readonly #addresses = new Set<number>();
  readonly #functions: readonly ProgramFunction[];
  readonly #entry: number;
  readonly #firstName: string | undefined;
  #phase = "";
  #address: number | undefined;
  #function: ProgramFunction | undefined;

  /**
   * Counts from the first execution of the instruction at `entry` up to the app's function of a name,
   * or the first function that is not the kernel's by its name.
   */
  constructor(functions: readonly ProgramFunction[], entry: number, firstName?: string) {
    this.#functions = functions;
    this.#entry = entry;
    this.#firstName = firstName;
  }

  /** All instructions; each repetition of a string instruction is one. */
  get instructions(): number {
    return [...this.phases.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many different ones they are: a translator translates each of them once. */
  get different(): number {
    return this.#addresses.size;
  }

  /** Takes a line of the log; true when the app has been reached. */
  take(line: string): boolean {
    if (this.#address !== undefined && takenBack.test(line)) this.#add(this.#phase, -1);
    const counter = tracedInstruction.exec(line)?.[1];
    if (counter === undefined) return false;
    const address = Number.parseInt(counter, 16);
    if (this.#address === undefined && address !== this.#entry) return false;
    const found = this.#functionAt(address);
    const phase = found === undefined ? this.#phase : this.#phaseOf(found.name);
    if (phase === undefined) {
      this.first = found;
      return true;
    }
    this.#add(phase, 1);
    this.#addresses.add(address);
    if (address !== this.#address) this.withoutRepetitions++;
    this.#address = address;
    return false;
  }

  #add(phase: string, count: number): void {
    this.phases.set(phase, (this.phases.get(phase) ?? 0) + count);
    this.#phase = phase;
  }

  /** Undefined for what is the app's. */
  #phaseOf(name: string): string | undefined {
    const isOther = this.#firstName !== undefined && name !== this.#firstName;
    return phaseOf(name) ?? (isOther ? "other" : undefined);
  }

  #functionAt(address: number): ProgramFunction | undefined {
    const isAt = ({ start, end }: ProgramFunction) => address >= start && address < end;
    if (this.#function === undefined || !isAt(this.#function)) {
      this.#function = this.#functions.find(isAt);
    }
    return this.#function;
  }
}

/** Undefined for what is neither the kernel's nor in front of it. */
function phaseOf(name: string): string | undefined {
  if (name.startsWith("pc.")) return "entry";
  if (name.startsWith("runtime.")) return "runtime";
  return /^src\/kernel\/(.+?)\/[^/]+\.as\//.exec(name)?.[1];
}
