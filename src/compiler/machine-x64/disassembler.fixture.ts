import {
  CpuidFeature,
  Decoder,
  DecoderOptions,
  Formatter,
  FormatterSyntax,
  Register as IcedRegister,
  InstructionInfoFactory,
  MemorySizeExt,
  MemorySizeOptions,
  OpAccess,
  type UsedRegister,
} from "iced-x86";

/** One instruction, as an outside disassembler (iced-x86) reads it. */
export interface DisassembledInstruction {
  /** From the start of the code, in bytes. */
  readonly offset: number;
  readonly lengthBytes: number;
  /** NASM syntax with decimal numbers; branch targets as offsets from the start of the code. */
  readonly text: string;
}

/** What iced-x86 knows of an instruction besides its text. */
export interface InstructionFacts {
  /** Names of `OpAccess`, one for each operand. */
  readonly operandAccess: readonly string[];
  /** Names of `Register` and of `OpAccess`, the registers of address and operands included. */
  readonly registers: readonly { readonly name: string; readonly access: string }[];
  readonly memoryBytes: number;
  /** Bits of iced's `RflagsBits`. */
  readonly flagsRead: number;
  readonly flagsModified: number;
  readonly cpuidFeatures: readonly string[];
}

function newFormatter(): Formatter {
  const formatter = new Formatter(FormatterSyntax.Nasm);
  formatter.memorySizeOptions = MemorySizeOptions.Always;
  formatter.numberBase = 10;
  formatter.signedImmediateOperands = true;
  formatter.signedMemoryDisplacements = true;
  formatter.usePseudoOps = false;
  formatter.showBranchSize = false;
  formatter.nasmShowSignExtendedImmediateSize = false;
  return formatter;
}

/** Disassembles code that starts at address 0. */
export function disassemble(bytes: Uint8Array, mode: 32 | 64 = 64): DisassembledInstruction[] {
  const decoder = new Decoder(mode, bytes, DecoderOptions.None);
  const formatter = newFormatter();
  const instructions: DisassembledInstruction[] = [];
  while (decoder.canDecode) {
    const offset = decoder.position;
    const instruction = decoder.decode();
    instructions.push({
      offset,
      lengthBytes: instruction.length,
      text: formatter.format(instruction),
    });
    instruction.free();
  }
  formatter.free();
  decoder.free();
  return instructions;
}

/** What iced-x86 knows of the first instruction of the code. */
export function instructionFacts(bytes: Uint8Array, mode: 32 | 64 = 64): InstructionFacts {
  const instruction = new Decoder(mode, bytes, DecoderOptions.None).decode();
  const info = new InstructionInfoFactory().info(instruction);
  const operandAccess: string[] = [];
  for (let index = 0; index < instruction.opCount; index++) {
    operandAccess.push(nameIn(OpAccess, info.opAccess(index)));
  }
  return {
    operandAccess,
    registers: (info.usedRegisters() as UsedRegister[]).map(({ register, access }) => ({
      name: nameIn(IcedRegister, register).toLowerCase(),
      access: nameIn(OpAccess, access),
    })),
    memoryBytes: MemorySizeExt.size(instruction.memorySize),
    flagsRead: instruction.rflagsRead,
    flagsModified: instruction.rflagsModified,
    cpuidFeatures: Array.from(instruction.cpuidFeatures(), (id) => nameIn(CpuidFeature, id)),
  };
}

function nameIn(names: Readonly<Record<number, string>>, id: number): string {
  return names[id] ?? `unknown ${id}`;
}
