/** QEMU's execution trace, one line an instruction. */

/** Instructions executed between two addresses. */
export interface Stretch {
  /** As QEMU counts: each repetition of a string instruction is one. */
  readonly instructions: number;
  /** The same with each string instruction counted once. */
  readonly withoutRepetitions: number;
}

/** Trace 0: <host address> [<code segment>/<program counter>/<flags>/...] */
const tracedInstruction = /^Trace \d+: \S+ \[[0-9a-f]+\/([0-9a-f]+)\//;
/** QEMU traced an instruction and then did not execute it: it will trace it again. */
const takenBack = /^(?:Stopped execution of TB chain before|cpu_io_recompile: rewound execution)/;

/**
 * Counts from the first execution of the instruction at `from` up to that of the one at `to`,
 * without the latter; throws when the trace does not lead from one to the other.
 */
export function countBetween(trace: Iterable<string>, from: number, to: number): Stretch {
  let instructions = 0;
  let withoutRepetitions = 0;
  let last: number | undefined;
  for (const line of trace) {
    if (last !== undefined && takenBack.test(line)) instructions--;
    const counter = tracedInstruction.exec(line)?.[1];
    if (counter === undefined) continue;
    const address = Number.parseInt(counter, 16);
    if (last === undefined && address !== from) continue;
    if (address === to) return { instructions, withoutRepetitions };
    instructions++;
    if (address !== last) withoutRepetitions++;
    last = address;
  }
  throw new Error(`the guest did not get from ${from.toString(16)} to ${to.toString(16)}`);
}
