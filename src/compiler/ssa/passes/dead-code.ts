import type { Block, SsaFunction, Value } from "../function.ts";
import { Effect, effects, Operation, Space } from "../operations.ts";
import type { Pass } from "./pass.ts";

/** Removes values that nothing with an effect depends on, parameters of blocks included. */
export const deadCode: Pass = {
  name: "dead-code",
  run: (fn) => {
    const isLive = liveValues(fn);
    for (let block = 0; block < fn.blockCount; block++) {
      fn.blockInstructions[block] = fn.instructionsOf(block).filter((value) => isLive[value] === 1);
      if (block > 0) removeParameters(fn, block, isLive);
    }
  },
};

function liveValues(fn: SsaFunction): Uint8Array {
  const isLive = new Uint8Array(fn.count);
  const homes = new Map<Value, Block>();
  const queue: Value[] = [];
  const use = (value: Value) => {
    if (isLive[value] === 1) return;
    isLive[value] = 1;
    queue.push(value);
  };
  for (let block = 0; block < fn.blockCount; block++) {
    for (const parameter of fn.parametersOf(block)) homes.set(parameter, block);
    for (const instruction of fn.instructionsOf(block)) {
      if (mustStay(fn, instruction)) use(instruction);
    }
  }
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    fn.forEachOperand(value, use);
    const block = fn.operation[value] === Operation.parameter ? homes.get(value) : undefined;
    if (block === undefined || block === 0) continue;
    const index = fn.aux[value] as number;
    for (const edge of fn.predecessorsOf(block)) use(fn.argumentsOf(edge)[index] as Value);
  }
  return isLive;
}

/** A load of the app's memory may trap and stays; the kernel's memory may be read or not. */
function mustStay(fn: SsaFunction, instruction: Value): boolean {
  const operation = fn.operation[instruction] as number;
  const effect = effects[operation];
  if (effect === Effect.none) return false;
  if (effect !== Effect.read) return true;
  return operation === Operation.load && (fn.aux[instruction] as number) >> 4 !== Space.kernel;
}

function removeParameters(fn: SsaFunction, block: Block, isLive: Uint8Array): void {
  const parameters = fn.parametersOf(block);
  const isKept = parameters.map((parameter) => isLive[parameter] === 1);
  if (!isKept.includes(false)) return;
  const kept = parameters.filter((_, index) => isKept[index]);
  kept.forEach((parameter, index) => {
    fn.aux[parameter] = index;
  });
  fn.blockParameters[block] = kept;
  for (const edge of fn.predecessorsOf(block)) {
    fn.edgeArguments[edge] = fn.argumentsOf(edge).filter((_, index) => isKept[index]);
  }
}
