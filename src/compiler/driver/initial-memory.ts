import { TsukiError } from "../../contracts/errors.ts";
import type { UnitEnvironment } from "./environment.ts";
import { segmentOffset, type Unit } from "./unit.ts";

/** The contents of a memory at the start: bytes from an address on, without zeroes at the ends. */
export interface InitialMemory {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** An active data segment of a memory, by its index in the module. */
export interface PlacedData {
  readonly segment: number;
  readonly memory: number;
  readonly address: number;
  readonly contents: Uint8Array;
}

/** The active data segments of a unit that are not empty; each must fit into its memory. */
export function placedData(unit: Unit, environment: UnitEnvironment): PlacedData[] {
  const { module } = unit;
  return module.data.flatMap(({ target, contents }, segment) => {
    if (target === undefined) return [];
    const { index: memory, offset } = target;
    const address = segmentOffset(offset, (index) => environment.globalConstant(index));
    const limit = (module.memories[memory]?.minimum ?? 0) * 65_536;
    if (address + contents.end - contents.start > limit) {
      throw new TsukiError(
        "wasm-invalid",
        `A data segment at ${address} does not fit into the app's initial memory of ${limit} bytes.`,
      );
    }
    if (contents.start === contents.end) return [];
    const bytes = module.bytes.subarray(contents.start, contents.end);
    return [{ segment, memory, address, contents: bytes }];
  });
}

/** The active data segments of a unit's first memory, joined. */
export function initialMemory(unit: Unit, environment: UnitEnvironment): InitialMemory {
  return joinContents(placedData(unit, environment).filter(({ memory }) => memory === 0));
}

/** Joins contents that are not empty; later ones overwrite earlier ones. */
export function joinContents(
  filled: readonly Pick<PlacedData, "address" | "contents">[],
): InitialMemory {
  if (filled.length === 0) return { address: 0, bytes: new Uint8Array(0) };
  const start = Math.min(...filled.map(({ address }) => address));
  const end = Math.max(...filled.map(({ address, contents }) => address + contents.length));
  const bytes = new Uint8Array(end - start);
  for (const { address, contents } of filled) bytes.set(contents, address - start);
  return trim(start, bytes);
}

function trim(start: number, bytes: Uint8Array): InitialMemory {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return { address: 0, bytes: new Uint8Array(0) };
  const last = bytes.findLastIndex((byte) => byte !== 0);
  return { address: start + first, bytes: bytes.slice(first, last + 1) };
}
