import { trapSymbol } from "../../object/symbols.ts";
import { type Assembler, type Label, noRegister } from "../assembler.ts";
import { integerScratch } from "../calling-convention.ts";
import { Form, type FormId } from "../encoding.ts";

/** A place outside the hot path where a condition's failure goes. */
interface ColdPath {
  readonly label: Label;
  readonly origin: number;
  emit(): void;
}

/** A table of code addresses: of 32 bits each, at these offsets in the function's code. */
export interface JumpTable {
  readonly symbol: number;
  readonly offsets: readonly number[];
}

/** What a writer must know of the world outside the function. */
export interface WritingEnvironment {
  /** The number of a symbol by its name. */
  symbol(name: string): number;
  /** Symbol of the function's n-th jump table. */
  tableSymbol(position: number): number;
  /** Whether to note what each instruction comes from. */
  readonly keepsOrigins: boolean;
}

const noJumps: ReadonlySet<number> = new Set();

/** Writes one function's code: what it comes from, and cold paths behind it. */
export class CodeWriter {
  /** Every jump to a label so far: offset behind it, label. For the choice of short ones. */
  readonly jumps: { end: number; label: Label }[] = [];
  private readonly tables: { readonly symbol: number; readonly targets: readonly Label[] }[] = [];
  private readonly coldPaths: ColdPath[] = [];
  /** Pairs: a code offset, and what the instructions from there on come from. */
  private readonly origins: number[] = [];

  constructor(
    readonly assembler: Assembler,
    readonly environment: WritingEnvironment,
    /** Jumps, by their position among the function's, that reach with 8 bits; all others take 32. */
    private readonly shortJumps = noJumps,
  ) {}

  /** The number of a symbol by its name. */
  symbol(name: string): number {
    return this.environment.symbol(name);
  }

  /** Says what the instructions that follow come from. */
  comeFrom(origin: number): void {
    const { origins } = this;
    if (!this.environment.keepsOrigins || origins.at(-1) === origin) return;
    const { offset } = this.assembler;
    // Nothing came from the one before.
    if (origins.at(-2) === offset) origins.length -= 2;
    if (origins.at(-1) !== origin) origins.push(offset, origin);
  }

  /** What code comes from, if that was asked for. */
  finishOrigins(): Int32Array | undefined {
    return this.environment.keepsOrigins ? Int32Array.from(this.origins) : undefined;
  }

  /** Jumps to a label by the 32-bit form of a family, or its 8-bit twin where it reaches. */
  jump(longForm: FormId, label: Label): void {
    const position = this.jumps.length;
    this.assembler.jump(this.shortJumps.has(position) ? shortForm(longForm) : longForm, label);
    this.jumps.push({ end: this.assembler.offset, label });
  }

  /** A jump table; returns its symbol. */
  createTable(targets: readonly Label[]): number {
    const symbol = this.environment.tableSymbol(this.tables.length);
    this.tables.push({ symbol, targets });
    return symbol;
  }

  /** Jumps to the target at `index`, a register, through a table; destroys the scratch register. */
  jumpThroughTable(index: number, table: number): void {
    const { assembler } = this;
    const scale = 2;
    const scratch = integerScratch;
    assembler.emitMemorySymbol(Form.mov_r32_rm32, scratch, noRegister, index, scale, table, 0);
    assembler.emit(Form.jmp_rm64, scratch);
  }

  /** The jump tables, once every target is bound. */
  finishTables(): JumpTable[] {
    return this.tables.map(({ symbol, targets }) => ({
      symbol,
      offsets: targets.map((label) => this.assembler.labelOffset(label)),
    }));
  }

  /** A label outside the hot path; `emit` writes what stands there when the body is done. */
  cold(emit: () => void): Label {
    const label = this.assembler.newLabel();
    this.coldPaths.push({ label, origin: this.origins.at(-1) ?? 0, emit });
    return label;
  }

  /** A cold stub that traps. */
  trapStub(kind: number): Label {
    return this.cold(() => this.trap(kind));
  }

  /** Calls the runtime's trap; the return address names the site. */
  trap(kind: number): void {
    this.assembler.jumpToSymbol(Form.call_rel32, this.symbol(trapSymbol(kind)));
  }

  /** Writes the cold paths, which may add further ones. */
  emitColdPaths(): void {
    for (let path = this.coldPaths.shift(); path !== undefined; path = this.coldPaths.shift()) {
      this.comeFrom(path.origin);
      this.assembler.bind(path.label);
      path.emit();
    }
  }
}

/** The 8-bit twin of a 32-bit jump form. */
function shortForm(longForm: FormId): FormId {
  if (longForm === Form.jmp_rel32) return Form.jmp_rel8;
  return longForm - Form.jo_rel32 + Form.jo_rel8;
}
