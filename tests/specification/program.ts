import { type FunctionType, WasmType, type WasmTypeId } from "../../src/compiler/wasm/module.ts";
import { CodeWriter } from "./code-writer.ts";
import type { Group, Instance, Step } from "./instances.ts";
import { MergedModule } from "./merge.ts";
import {
  type Action,
  type Command,
  isVector,
  type ScalarValue,
  type ScriptValue,
  type VectorValue,
} from "./script.ts";

/** How one check must end. */
export interface Check {
  /** Number by which a program is told to run it if it traps, and by which it is reported; from 1. */
  readonly id: number;
  readonly line: number;
  /** The trap's text; undefined where none is expected. */
  readonly trap: string | undefined;
}

/** A group's program: a WASI command that runs the checks without traps, or up to one with. */
export interface SpecificationProgram {
  readonly wasm: Uint8Array;
  readonly checks: readonly Check[];
  /** Whether it reads the number of the check that is to trap from its first argument. */
  readonly takesArgument: boolean;
}

const { i32, i64 } = WasmType;
const none: FunctionType = { parameters: [], results: [] };
const imports = [
  {
    module: "wasi_snapshot_preview1",
    name: "args_get",
    type: { parameters: [i32, i32], results: [i32] },
  },
  {
    module: "wasi_snapshot_preview1",
    name: "fd_write",
    type: { parameters: [i32, i32, i32, i32], results: [i32] },
  },
] as const;
const argsGet = 0;
const fdWrite = 1;

/** Bits by which a report says that a check begins, or that it did not trap. */
export const beginsBits = -2n;
export const didNotTrapBits = -3n;
/** Added to the argument so that a program reports each check before it begins. */
export const tellsAll = 1_000_000;

/** Whether a step has references of the host, which are then stood in for by functions. */
function hasHostReferences(step: Step): boolean {
  if (step.kind !== "action") return false;
  const { command } = step;
  const values: ScriptValue[] = [];
  if ("action" in command) values.push(...(command.action.args ?? []));
  if ("expected" in command) values.push(...(command.expected ?? []));
  return values.some(isHostReference);
}

function isHostReference({ type, value }: ScriptValue): boolean {
  return type === "externref" && value !== undefined && value !== "null";
}

/** Makes a group's program; `selector` is the check to trap where no argument can be read. */
export function programOf(
  group: Group,
  steps: readonly Step[],
  selector = 0,
): SpecificationProgram {
  const module = new MergedModule(imports, group.instances, steps.some(hasHostReferences));
  const takesArgument = module.initialPages !== 0;
  module.addMemory(1);
  const builder = new ProgramBuilder(module, group, takesArgument, selector);
  for (const step of steps) builder.add(step);
  return { wasm: builder.finish(), checks: builder.checks, takesArgument };
}

class ProgramBuilder {
  readonly checks: Check[] = [];
  private readonly start = new CodeWriter();
  private readonly chosen: number;
  private readonly tells: number;
  private readonly report: number;
  private readonly hosts: HostReferences;

  constructor(
    private readonly module: MergedModule,
    private readonly group: Group,
    private readonly takesArgument: boolean,
    selector: number,
  ) {
    this.hosts = new HostReferences(module);
    this.chosen = module.addGlobal(i32);
    this.tells = module.addGlobal(i32);
    this.report = module.addFunction(
      { parameters: [i32, i64], results: [] },
      takesArgument ? reportBody() : new CodeWriter().op("unreachable").body(),
    );
    if (takesArgument) this.readArgument();
    else this.start.i32(selector).op("global.set", this.chosen);
  }

  add(step: Step): void {
    if (step.kind === "instantiate") {
      // The first one's segments are active and its start function is the program's.
      if (step.instance === this.group.instances[0]) return;
      this.run(step.line, undefined, this.module.instantiation(step.instance, false));
    } else if (step.kind === "uninstantiable") {
      const code = this.module.instantiation(step.instance, false);
      this.run(step.line, step.text, code);
      this.start.raw(this.module.instantiation(step.instance, true));
    } else this.addAction(step);
  }

  finish(): Uint8Array {
    const index = this.module.addFunction(none, this.start.body());
    return this.module.toBytes({ name: "_start", index });
  }

  private addAction({ instance, line, command }: Extract<Step, { kind: "action" }>): void {
    if (!("action" in command)) return;
    const { code, results } = this.actionCode(instance, command.action);
    if (command.type === "assert_trap" || command.type === "assert_exhaustion") {
      for (const _ of results) code.op("drop");
      this.run(line, command.text, code.writer.toBytes());
      return;
    }
    if (command.type === "assert_exception") {
      for (const _ of results) code.op("drop");
      this.run(line, "uncaught exception", code.writer.toBytes());
      return;
    }
    const expected = command.type === "assert_return" ? allowedResults(command) : [];
    const id = this.checks.length + 1;
    this.run(
      line,
      undefined,
      compareCode(code, results, expected, { id, report: this.report, hosts: this.hosts }),
      results,
    );
  }

  /** Calls what an action means; its results are left on the stack. */
  private actionCode(
    instance: Instance,
    action: Action,
  ): { code: CodeWriter; results: readonly WasmTypeId[] } {
    const { module } = instance;
    const kind = action.type === "get" ? "global" : "function";
    const index = module.exports.find(
      (entry) => entry.kind === kind && entry.name === action.field,
    )?.index;
    if (index === undefined) throw new Error(`${action.field} is not exported`);
    const code = new CodeWriter();
    const maps = this.module.mapsOf(instance);
    if (kind === "global") {
      const global = module.globals[index];
      code.op("global.get", maps.global(index));
      return { code, results: global === undefined ? [] : [this.module.copied(global.type)] };
    }
    for (const value of action.args ?? []) {
      if (isHostReference(value)) code.op("ref.func", this.hosts.functionOf(Number(value.value)));
      else code.constant(value, this.module.replacesHosts);
    }
    code.op("call", maps.function(index));
    const type = module.types[module.functions[index]?.typeIndex ?? -1];
    return { code, results: (type?.results ?? []).map((each) => this.module.copied(each)) };
  }

  /** Adds a check: a function of its own, called always, or only when it is chosen to trap. */
  private run(
    line: number,
    trap: string | undefined,
    code: Uint8Array,
    locals: readonly WasmTypeId[] = [],
  ): void {
    const id = this.checks.length + 1;
    this.checks.push({ id, line, trap });
    const check = this.module.addFunction(none, new CodeWriter().raw(code).body(locals));
    const { start } = this;
    if (this.takesArgument) {
      start.op("global.get", this.tells).op("if", 0x40);
      start.i32(id).i64(beginsBits).op("call", this.report).op("end");
    }
    if (trap === undefined) start.op("call", check);
    else {
      start.op("global.get", this.chosen).i32(id).op("i32.eq").op("if", 0x40).op("call", check);
      start.i32(id).i64(didNotTrapBits).op("call", this.report).op("return").op("end");
    }
  }

  private readArgument(): void {
    const { chosen, tells } = this;
    const body = new CodeWriter();
    const [address, number] = [0, 1];
    saveMemory(body, 2);
    body.i32(0).i32(16).op("call", argsGet).op("drop");
    body.i32(4).op("i32.load", 2, 0).op("local.set", address);
    body.op("block", 0x40).op("loop", 0x40);
    body.op("local.get", address).op("i32.load8_u", 0, 0).op("i32.eqz").op("br_if", 1);
    body.op("local.get", number).i32(10).op("i32.mul");
    body.op("local.get", address).op("i32.load8_u", 0, 0).op("i32.add").i32(48).op("i32.sub");
    body.op("local.set", number);
    body.op("local.get", address).i32(1).op("i32.add").op("local.set", address);
    body.op("br", 0).op("end").op("end");
    body.op("local.get", number).i32(tellsAll).op("i32.ge_u").op("global.set", tells);
    body.op("local.get", number).i32(tellsAll).op("i32.rem_u").op("global.set", chosen);
    restoreMemory(body, 2);
    const index = this.module.addFunction(
      none,
      body.body([i32, i32, ...new Array<WasmTypeId>(savedWords).fill(i64)]),
    );
    this.start.op("call", index);
  }
}

/** Functions that stand in for references of the host: called, each gives its number. */
class HostReferences {
  private readonly functions = new Map<number, number>();
  private table: number | undefined;

  constructor(private readonly module: MergedModule) {}

  /** The function that stands for a reference. */
  functionOf(number: number): number {
    const type = { parameters: [], results: [i32] };
    const index =
      this.functions.get(number) ??
      this.module.addFunction(type, new CodeWriter().i32(number).body());
    this.functions.set(number, index);
    return index;
  }

  /** Pushes the number of the reference in a local. */
  pushNumber(code: CodeWriter, local: number): void {
    this.table ??= this.module.addTable(1);
    code.i32(0).op("local.get", local).op("table.set", this.table).i32(0);
    code.op("call_indirect", this.module.typeOf({ parameters: [], results: [i32] }), this.table);
  }
}

/** Words at the start of the memory that our own code writes to and puts back. */
const savedWords = 8;

function saveMemory(code: CodeWriter, firstLocal: number): void {
  for (let word = 0; word < savedWords; word++) {
    code
      .i32(word * 8)
      .op("i64.load", 3, 0)
      .op("local.set", firstLocal + word);
  }
}

function restoreMemory(code: CodeWriter, firstLocal: number): void {
  for (let word = 0; word < savedWords; word++) {
    code
      .i32(word * 8)
      .op("local.get", firstLocal + word)
      .op("i64.store", 3, 0);
  }
}

/** Writes a check's number and some bits, 12 bytes, to standard output. */
function reportBody(): Uint8Array {
  const code = new CodeWriter();
  saveMemory(code, 2);
  code.i32(0).i32(16).op("i32.store", 2, 0).i32(4).i32(12).op("i32.store", 2, 0);
  code.i32(16).op("local.get", 0).op("i32.store", 2, 0);
  code.i32(20).op("local.get", 1).op("i64.store", 2, 0);
  code.i32(1).i32(0).i32(1).i32(8).op("call", fdWrite).op("drop");
  restoreMemory(code, 2);
  return code.body(new Array<WasmTypeId>(savedWords).fill(i64));
}

/** For each result what it may be. */
function allowedResults({
  either,
  expected = [],
}: Extract<Command, { type: "assert_return" }>): readonly (readonly ScriptValue[])[] {
  return either === undefined ? expected.map((value) => [value]) : [either];
}

/** Compares results, which become locals, and reports the first that is wrong. */
function compareCode(
  code: CodeWriter,
  results: readonly WasmTypeId[],
  expected: readonly (readonly ScriptValue[])[],
  { id, report, hosts }: { id: number; report: number; hosts: HostReferences },
): Uint8Array {
  for (let index = results.length - 1; index >= 0; index--) code.op("local.set", index);
  expected.forEach((alternatives, index) => {
    const type = results[index];
    if (type === undefined) return;
    for (const [position, value] of alternatives.entries()) {
      if (!pushDifference(code, value, index, hosts)) return;
      if (position > 0) code.op("i32.and");
    }
    code.op("if", 0x40).i32(id);
    pushBits(code, type, index);
    code.op("call", report).op("return").op("end");
  });
  return code.writer.toBytes();
}

/** Pushes whether a local is not as expected; false where anything will do. */
function pushDifference(
  code: CodeWriter,
  expected: ScriptValue,
  local: number,
  hosts: HostReferences,
): boolean {
  if (isVector(expected)) {
    pushVectorDifference(code, expected, local);
    return true;
  }
  const { type, value } = expected;
  if (isHostReference(expected)) {
    hosts.pushNumber(code, local);
    code.i32(Number(value)).op("i32.ne");
    return true;
  }
  if (type === "funcref" || type === "externref") {
    if (value === undefined && type === "externref") return false;
    code.op("local.get", local).op("ref.is_null");
    if (value === "null") code.op("i32.eqz");
    return true;
  }
  code.op("local.get", local);
  pushScalarDifference(code, expected);
  return true;
}

/** Extracts a lane. */
const extractions = {
  i8: "i8x16.extract_lane_u",
  i16: "i16x8.extract_lane_u",
  i32: "i32x4.extract_lane",
  i64: "i64x2.extract_lane",
  f32: "f32x4.extract_lane",
  f64: "f64x2.extract_lane",
} as const;

/** Pushes whether any lane of a local is not as expected. */
function pushVectorDifference(code: CodeWriter, expected: VectorValue, local: number): void {
  const { lane_type: laneType, value } = expected;
  const type = laneType === "i8" || laneType === "i16" ? "i32" : laneType;
  value.forEach((lane, index) => {
    code.op("local.get", local).op(extractions[laneType], index);
    pushScalarDifference(code, { type, value: lane });
    if (index > 0) code.op("i32.or");
  });
}

/** Replaces the number on the stack by whether it is not as expected. */
function pushScalarDifference(code: CodeWriter, { type, value }: ScalarValue): void {
  const isWide = type === "i64" || type === "f64";
  if (type === "f32") code.op("i32.reinterpret_f32");
  if (type === "f64") code.op("i64.reinterpret_f64");
  if (value === "nan:canonical" || value === "nan:arithmetic") {
    const isCanonical = value === "nan:canonical";
    if (isWide) {
      const quiet = 0x7ff8_0000_0000_0000n;
      code
        .i64(isCanonical ? 0x7fff_ffff_ffff_ffffn : quiet)
        .op("i64.and")
        .i64(quiet)
        .op("i64.ne");
    } else {
      code
        .i32(isCanonical ? 0x7fff_ffff : 0x7fc0_0000)
        .op("i32.and")
        .i32(0x7fc0_0000)
        .op("i32.ne");
    }
  } else if (isWide) code.i64(BigInt(value ?? 0)).op("i64.ne");
  else code.i32(Number(value)).op("i32.ne");
}

function pushBits(code: CodeWriter, type: WasmTypeId, local: number): void {
  code.op("local.get", local);
  if (type === WasmType.v128) {
    code.op("i64x2.extract_lane", 0);
    return;
  }
  if (type === WasmType.f32) code.op("i32.reinterpret_f32");
  if (type === WasmType.f64) code.op("i64.reinterpret_f64");
  if (type === WasmType.i32 || type === WasmType.f32) code.op("i64.extend_i32_u");
  else if (type !== WasmType.i64 && type !== WasmType.f64) {
    code.op("ref.is_null").op("i64.extend_i32_u");
  }
}
