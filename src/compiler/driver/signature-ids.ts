import { LinkError } from "./errors.ts";

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/**
 * The ids by which indirect calls compare function types: a hash (FNV-1a, 31 bits, not 0), so that
 * a module compiled alone agrees with all others.
 */
export class SignatureIds {
  private readonly keys = new Map<number, string>();

  /** The id of a type's key; throws a LinkError when another type has it already. */
  idOf(key: string): number {
    let hash = fnvOffset;
    for (let index = 0; index < key.length; index++) {
      hash = Math.imul(hash ^ key.charCodeAt(index), fnvPrime);
    }
    const id = (hash >>> 1) | 1;
    const known = this.keys.get(id);
    if (known !== undefined && known !== key) {
      throw new LinkError(`the function types ${known} and ${key} have the same id`);
    }
    this.keys.set(id, key);
    return id;
  }
}
