import { WasmType, type WasmTypeId } from "../wasm/module.ts";
import { Opcode, opcodeLimit, opcodeNames, signatureOf } from "../wasm/opcodes.ts";

/** What an instruction pops and pushes, whatever its immediates. */
export interface InstructionSignature {
  readonly parameters: readonly WasmTypeId[];
  readonly results: readonly WasmTypeId[];
}

/** The signatures of opcodes by number; undefined where more than the opcode decides. */
export const signatures: readonly (InstructionSignature | undefined)[] = byNumber();

function byNumber(): (InstructionSignature | undefined)[] {
  const table = new Array<InstructionSignature | undefined>(opcodeLimit).fill(undefined);
  for (const name of opcodeNames) {
    const signature = signatureOf(name);
    if (signature === undefined) continue;
    table[Opcode[name]] = {
      parameters: signature.parameters.map(typeNamed),
      results: signature.results.map(typeNamed),
    };
  }
  return table;
}

function typeNamed(name: string): WasmTypeId {
  return WasmType[name as keyof typeof WasmType];
}
