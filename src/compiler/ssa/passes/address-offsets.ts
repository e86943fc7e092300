import { isConstant } from "../bits.ts";
import { upperBounds } from "../bounds.ts";
import type { SsaFunction, Value } from "../function.ts";
import { Operation } from "../operations.ts";
import type { Pass } from "./pass.ts";

const largestAddress = 2 ** 32 - 1;
/** Offsets must fit the signed displacement of a machine's addresses. */
const largestOffset = 2 ** 31 - 1;

/**
 * Moves constants from the sums that loads and stores take as addresses into their offsets, where
 * bounds of the summands tell that the sum, which is one of 32 bits, does not wrap.
 */
export const addressOffsets: Pass = {
  name: "address-offsets",
  run: (fn) => {
    let bounds: Float64Array | undefined;
    for (let block = 0; block < fn.blockCount; block++) {
      for (const access of fn.instructionsOf(block)) {
        const operation = fn.operation[access];
        if (operation !== Operation.load && operation !== Operation.store) continue;
        while (constantSummand(fn, access) !== undefined) {
          bounds ??= upperBounds(fn);
          if (!absorb(fn, access, bounds)) break;
        }
      }
    }
  },
};

/** The constant that a load's or store's address adds to something, unsigned. */
function constantSummand(fn: SsaFunction, access: Value): number | undefined {
  const address = fn.resolve(fn.a[access] as Value);
  if (fn.operation[address] !== Operation.add) return undefined;
  const constant = fn.resolve(fn.b[address] as Value);
  return isConstant(fn, constant) ? (fn.low[constant] as number) >>> 0 : undefined;
}

function absorb(fn: SsaFunction, access: Value, bounds: Float64Array): boolean {
  const summand = constantSummand(fn, access) ?? 0;
  const rest = fn.resolve(fn.a[fn.resolve(fn.a[access] as Value)] as Value);
  const offset = ((fn.low[access] as number) >>> 0) + summand;
  if (offset > largestOffset) return false;
  if ((bounds[rest] as number) + summand > largestAddress) return false;
  fn.a[access] = rest;
  fn.low[access] = offset;
  return true;
}
