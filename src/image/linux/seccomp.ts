/**
 * Linux's seccomp filters: classic BPF over `struct seccomp_data` (include/uapi/linux/seccomp.h,
 * filter.h). An instruction is u16 code, u8 jump if true, u8 jump if false, u32 constant.
 */
const instructionBytes = 8;

/** Instruction codes: load a word of `seccomp_data`, jump if equal, return. */
const code = { loadWord: 0x20, jumpEqual: 0x15, return: 0x06 } as const;

/** Offsets in `seccomp_data`; arguments are u64, of which the low half is checked. */
const dataOffset = { number: 0, architecture: 4, arguments: 16 } as const;

const architectureX64 = 0xc000_003e;

/** What a filter returns. */
export const seccompAction = { allow: 0x7fff_0000, killProcess: 0x8000_0000 } as const;

/** The only values that one argument of a system call may have; Linux reads it as 32 bits. */
export interface ArgumentRule {
  /** From 0 to 5. */
  readonly index: number;
  readonly values: readonly number[];
}

/** The system calls that a process may make, and for some of them with which arguments. */
export interface SeccompPolicy {
  /** System call numbers (x86-64). */
  readonly allowed: readonly number[];
  /** Rules by the number of the call, all of which hold. */
  readonly rules?: ReadonlyMap<number, readonly ArgumentRule[]>;
}

/** A filter, and how many instructions it has. */
export interface SeccompFilter {
  /** `struct sock_filter[]`. */
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * Builds the filter that kills the process at any system call that the policy does not allow. Calls
 * of the x32 ABI have numbers of their own and die with the rest. Throws a RangeError when the
 * policy is too long for the 8-bit jumps of BPF.
 */
export function makeSeccompFilter(policy: SeccompPolicy): SeccompFilter {
  const numbers = [...new Set(policy.allowed)].sort((first, second) => first - second);
  const free = numbers.filter((number) => !policy.rules?.has(number));
  const checked = numbers.flatMap((number) => {
    const rules = policy.rules?.get(number);
    return rules === undefined ? [] : [{ number, rules }];
  });
  const program = new FilterProgram();
  program.add(code.loadWord, dataOffset.architecture);
  program.branch(architectureX64, "next", "kill");
  program.add(code.loadWord, dataOffset.number);
  for (const number of free) program.branch(number, "allow", "next");
  for (const { number, rules } of checked) {
    program.skip(
      number,
      rules.reduce((sum, { values }) => sum + Math.max(values.length, 1) + 1, 0),
    );
    rules.forEach((rule, place) => {
      program.check(rule, place === rules.length - 1);
    });
  }
  return program.finish();
}

type Target = "next" | "allow" | "kill";

interface Instruction {
  readonly code: number;
  readonly constant: number;
  readonly ifTrue: Target | number;
  readonly ifFalse: Target | number;
}

/** Collects instructions whose jumps lead to the two returns at the end. */
class FilterProgram {
  readonly #instructions: Instruction[] = [];

  add(instructionCode: number, constant: number): void {
    this.#push(instructionCode, constant, "next", "next");
  }

  branch(constant: number, ifEqual: Target, ifDifferent: Target): void {
    this.#push(code.jumpEqual, constant, ifEqual, ifDifferent);
  }

  /** Kills unless an argument is as a rule says; goes on otherwise, or with the last rule allows. */
  check({ index, values }: ArgumentRule, isLast: boolean): void {
    this.add(code.loadWord, dataOffset.arguments + 8 * index);
    if (values.length === 0) this.branch(0, "kill", "kill");
    values.forEach((value, place) => {
      const left = values.length - 1 - place;
      this.#push(code.jumpEqual, value, isLast ? "allow" : left, left === 0 ? "kill" : "next");
    });
  }

  /** Skips the next `count` instructions unless the word is equal. */
  skip(constant: number, count: number): void {
    this.#push(code.jumpEqual, constant, "next", count);
  }

  finish(): SeccompFilter {
    const killAt = this.#instructions.length;
    const allowAt = killAt + 1;
    const view = new DataView(new ArrayBuffer((allowAt + 1) * instructionBytes));
    const distance = (target: Target | number, index: number): number => {
      if (typeof target === "number") return target;
      const steps = { next: 0, kill: killAt - index - 1, allow: allowAt - index - 1 }[target];
      if (steps > 255) throw new RangeError(`a seccomp filter cannot jump over ${steps} steps`);
      return steps;
    };
    this.#instructions.forEach((instruction, index) => {
      const at = index * instructionBytes;
      view.setUint16(at, instruction.code, true);
      view.setUint8(at + 2, distance(instruction.ifTrue, index));
      view.setUint8(at + 3, distance(instruction.ifFalse, index));
      view.setUint32(at + 4, instruction.constant, true);
    });
    writeReturn(view, killAt, seccompAction.killProcess);
    writeReturn(view, allowAt, seccompAction.allow);
    return { bytes: new Uint8Array(view.buffer), length: allowAt + 1 };
  }

  #push(
    instructionCode: number,
    constant: number,
    ifTrue: Target | number,
    ifFalse: Target | number,
  ): void {
    this.#instructions.push({ code: instructionCode, constant, ifTrue, ifFalse });
  }
}

function writeReturn(view: DataView, index: number, action: number): void {
  view.setUint16(index * instructionBytes, code.return, true);
  view.setUint32(index * instructionBytes + 4, action, true);
}
