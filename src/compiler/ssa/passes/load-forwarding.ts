import { bitWidth } from "../bits.ts";
import { dominatorChildren, dominatorsOf } from "../control-flow.ts";
import { type Block, none, type SsaFunction, type Value } from "../function.ts";
import {
  accessBytes,
  Effect,
  effects,
  Operation,
  ValueType,
  type ValueTypeId,
} from "../operations.ts";
import { removeAliases, resolveOperands } from "../remove-aliases.ts";
import type { Pass } from "./pass.ts";

/** More places than these are not remembered, so that long blocks take linear time. */
const maximumPlaces = 32;

/**
 * Takes the value of a load from the store or load of the same place before it, where nothing
 * between them may have written there: along ways on which blocks have one predecessor, and never
 * across a call or an intrinsic, behind which devices, the kernel or other threads may write.
 */
export const loadForwarding: Pass = {
  name: "load-forwarding",
  run: (fn) => {
    const children = dominatorChildren(dominatorsOf(fn));
    const waiting: { readonly block: Block; readonly known: KnownMemory }[] = [
      { block: 0, known: new KnownMemory(fn) },
    ];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { block, known } = next;
      known.visit(block);
      for (const child of children[block] ?? []) {
        const inherits = fn.predecessorsOf(child).length === 1 && !isCold(fn, child);
        waiting.push({ block: child, known: inherits ? known.copy() : new KnownMemory(fn) });
      }
    }
    removeAliases(fn);
  },
};

/** A block that ends in a trap loads again: no register is kept for it on the way past it. */
function isCold(fn: SsaFunction, block: Block): boolean {
  return fn.operation[fn.terminatorOf(block)] === Operation.trap;
}

/** A place in memory, or a variable, and the value that it holds. */
interface Place {
  /** `load` or `loadSymbol`. */
  readonly operation: number;
  /** The address, or `none` for a variable. */
  readonly address: Value;
  /** Access and space. */
  readonly aux: number;
  readonly type: number;
  /** The offset; a variable's symbol. */
  readonly low: number;
  /** A variable's addend. */
  readonly high: number;
  readonly value: Value;
}

/** What memory is known to hold at one point of a function. */
class KnownMemory {
  private readonly fn: SsaFunction;
  private places: Place[];

  constructor(fn: SsaFunction, places: readonly Place[] = []) {
    this.fn = fn;
    this.places = [...places];
  }

  copy(): KnownMemory {
    return new KnownMemory(this.fn, this.places);
  }

  /** Goes through a block; loads of known places become aliases and leave it. */
  visit(block: Block): void {
    const { fn } = this;
    fn.blockInstructions[block] = fn.instructionsOf(block).filter((instruction) => {
      resolveOperands(fn, instruction);
      const operation = fn.operation[instruction] as number;
      switch (operation) {
        case Operation.load:
        case Operation.loadSymbol:
          return !this.forward(instruction);
        case Operation.store:
        case Operation.storeSymbol:
          this.overwrite(instruction);
          return true;
        default:
          if (effects[operation] === Effect.write) this.places = [];
          return true;
      }
    });
  }

  /** Whether a load became an alias; if not, its value is known from here on. */
  private forward(load: Value): boolean {
    const operation = this.fn.operation[load] as number;
    const address = operation === Operation.load ? (this.fn.a[load] as Value) : none;
    const place = this.placeOf(load, operation, address, this.fn.type[load] as number, load);
    const same = this.places.find((known) => holdsSame(known, place));
    if (same === undefined) this.learn(place);
    else this.fn.alias[load] = same.value;
    return same !== undefined;
  }

  /** Forgets what a store may change, and learns what it wrote. */
  private overwrite(store: Value): void {
    const { fn } = this;
    const isVariable = fn.operation[store] === Operation.storeSymbol;
    const value = (isVariable ? fn.a[store] : fn.b[store]) as Value;
    const operation = isVariable ? Operation.loadSymbol : Operation.load;
    const address = isVariable ? none : (fn.a[store] as Value);
    const type = fn.type[value] as ValueTypeId;
    const written = this.placeOf(store, operation, address, type, value);
    this.places = this.places.filter((known) => !mayOverlap(known, written));
    if (bytesOf(written) * 8 === widthOf(type)) this.learn(written);
  }

  private placeOf(
    instruction: Value,
    operation: number,
    address: Value,
    type: number,
    value: Value,
  ): Place {
    const { aux, high, low } = this.fn;
    return {
      operation,
      address,
      aux: aux[instruction] as number,
      type,
      low: low[instruction] as number,
      high: high[instruction] as number,
      value,
    };
  }

  private learn(place: Place): void {
    this.places.unshift(place);
    if (this.places.length > maximumPlaces) this.places.pop();
  }
}

function bytesOf({ aux }: Place): number {
  return accessBytes[aux & 15] as number;
}

function widthOf(type: ValueTypeId): number {
  return type === ValueType.v128 ? 128 : bitWidth(type);
}

function holdsSame(one: Place, other: Place): boolean {
  return (
    one.operation === other.operation &&
    one.address === other.address &&
    one.aux === other.aux &&
    one.type === other.type &&
    one.low === other.low &&
    one.high === other.high
  );
}

/** Variables lie apart from all memory; two addresses may be equal unless they are told apart. */
function mayOverlap(one: Place, other: Place): boolean {
  if (one.operation !== other.operation) return false;
  if (one.operation === Operation.loadSymbol) return one.low === other.low;
  const isSameBase = one.address === other.address && one.aux >> 4 === other.aux >> 4;
  if (!isSameBase) return true;
  const first = one.low >>> 0;
  const second = other.low >>> 0;
  return first < second + bytesOf(other) && second < first + bytesOf(one);
}
