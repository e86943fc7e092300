import { type Block, none } from "../ssa/function.ts";
import { Opcode } from "../wasm/opcodes.ts";
import type { FunctionLowering } from "./function-lowering.ts";

const writes = new Set<number>([Opcode["local.set"], Opcode["local.tee"]]);

/** Notes which values some locals hold, where they are written and where ways meet. */
export class LocalTracker {
  private block: Block = none;

  constructor(
    private readonly lowering: FunctionLowering,
    private readonly locals: ReadonlySet<number>,
  ) {
    this.follow();
  }

  /** To be called behind each instruction. */
  follow(): void {
    const { builder, localTypes, reader } = this.lowering;
    const { block } = builder;
    const isEntered = block !== this.block;
    this.block = block;
    if (block === none) return;
    if (!isEntered) {
      if (writes.has(reader.opcode) && this.locals.has(reader.index)) this.note(reader.index);
      return;
    }
    for (const local of this.locals) if (local < localTypes.length) this.note(local);
  }

  private note(local: number): void {
    const { builder, fn, reader, variables } = this.lowering;
    const value = variables.read(local, builder.block);
    fn.localValues.push({ local, from: reader.offset + 1, value });
  }
}
