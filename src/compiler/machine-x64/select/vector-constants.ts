import { Role } from "../../machine/machine-function.ts";
import { Form } from "../encoding.ts";
import { type Address, symbolAddress } from "../instruction-shape.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import type { Selector } from "./selector.ts";

/** The bits of a vector: its two halves, unsigned. */
export interface VectorBits {
  readonly low: bigint;
  readonly high: bigint;
}

const allOnes = 0xffff_ffff_ffff_ffffn;

/** A vector of 64-bit lanes that are all alike. */
export function everyWord(bits: bigint): VectorBits {
  return { low: bits, high: bits };
}

/** A vector of 32-bit lanes that are all alike. */
export function everyLane32(bits: number): VectorBits {
  return everyWord(BigInt(bits >>> 0) * 0x1_0000_0001n);
}

/** A vector of 16-bit lanes that are all alike. */
export function everyLane16(bits: number): VectorBits {
  return everyWord(BigInt(bits & 0xffff) * 0x1_0001_0001_0001n);
}

/** A vector of bytes that are all alike. */
export function everyByte(bits: number): VectorBits {
  return everyWord(BigInt(bits & 0xff) * 0x0101_0101_0101_0101n);
}

/** A vector by its bytes, the lowest first. */
export function vectorOfBytes(bytes: readonly number[]): VectorBits {
  const half = (from: number) =>
    bytes.slice(from, from + 8).reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  return { low: half(0), high: half(8) };
}

/** The bytes of a vector, the lowest first. */
export function bytesOfVector({ low, high }: VectorBits): number[] {
  const word = low | (high << 64n);
  return Array.from({ length: 16 }, (_, index) => Number((word >> BigInt(8 * index)) & 0xffn));
}

/** Whether all bits are zero. */
export function isZeroVector({ low, high }: VectorBits): boolean {
  return low === 0n && high === 0n;
}

/** Whether all bits are set. */
export function isFullVector({ low, high }: VectorBits): boolean {
  return low === allOnes && high === allOnes;
}

/** The name of a constant in read-only data, at a multiple of 16 bytes. */
export function vectorSymbol({ low, high }: VectorBits): string {
  const hex = (word: bigint) => word.toString(16).padStart(16, "0");
  return `constant.${hex(high)}${hex(low)}`;
}

/** Where a constant stands in read-only data. */
export function vectorAddress(selector: Selector, bits: VectorBits): Address {
  return symbolAddress(selector.environment.symbol(vectorSymbol(bits)));
}

/** Puts a constant into a register: no bits and all bits need no memory. */
export function loadVector(selector: Selector, register: number, bits: VectorBits): void {
  const { draft } = selector;
  if (isZeroVector(bits)) draft.append(Pseudo.vectorZero);
  else if (isFullVector(bits)) draft.append(Pseudo.vectorOnes);
  else {
    draft.memory(Form.movaps_x_xm128, register, vectorAddress(selector, bits));
    return;
  }
  draft.operand(register, Role.define);
}
