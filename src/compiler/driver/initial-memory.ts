import { TsukiError } from "../../contracts/errors.ts";
import type { UnitEnvironment } from "./environment.ts";
import { LinkError } from "./errors.ts";
import { segmentOffset, type Unit } from "./unit.ts";

/** The contents of a memory at the start: bytes from an address on, without zeroes at the ends. */
export interface InitialMemory {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Joins the active data segments of a unit; later ones overwrite earlier ones. */
export function initialMemory(unit: Unit, environment: UnitEnvironment): InitialMemory {
  const { module } = unit;
  const placed = module.data
    .filter((segment) => segment.mode === "active")
    .map(({ target, contents }) => {
      if (target === undefined) throw new LinkError("an active segment has no target");
      const address = segmentOffset(target.offset, (index) => environment.globalConstant(index));
      return { address, contents: module.bytes.subarray(contents.start, contents.end) };
    });
  const limit = (module.memories[0]?.minimum ?? 0) * 65_536;
  for (const { address, contents } of placed) {
    if (address + contents.length > limit) {
      throw new TsukiError(
        "wasm-invalid",
        `A data segment at ${address} does not fit into the app's initial memory of ${limit} bytes.`,
      );
    }
  }
  const filled = placed.filter(({ contents }) => contents.length > 0);
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
