import { type ArgumentRule, makeSeccompFilter, type SeccompFilter } from "./seccomp.ts";

const call = { read: 0, write: 1, mmap: 9, readv: 19, writev: 20 } as const;
const standardInput = [0];
const standardOutputs = [1, 2];
/** PROT_READ | PROT_WRITE: a sealed process makes no code. */
const readWrite = [3];

const rules: ReadonlyMap<number, ArgumentRule> = new Map([
  [call.read, { index: 0, values: standardInput }],
  [call.readv, { index: 0, values: standardInput }],
  [call.write, { index: 0, values: standardOutputs }],
  [call.writev, { index: 0, values: standardOutputs }],
  [call.mmap, { index: 2, values: readWrite }],
]);

/**
 * The filter of a sealed process that makes the given system calls: it reads standard input and
 * writes the standard outputs only, and maps no memory that could be executed.
 */
export function sealedProcessFilter(systemCalls: readonly number[]): SeccompFilter {
  return makeSeccompFilter({ allowed: systemCalls, rules });
}
