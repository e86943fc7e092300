import { CodeWriter, type NumberType, numberTypes, type Signature } from "./code-writer.ts";
import { loadsOf, type Operator, operatorsOf, storesOf } from "./operators.ts";
import { type FunctionBody, known, knownGlobals, logValue, type Program } from "./program.ts";
import type { Random } from "./random.ts";

const integers = [
  0, 1, 2, 3, 5, 7, 8, 16, 31, 32, 33, 63, 64, 100, 127, 128, 255, 256, 1000, 65_535, 65_536,
  0x7fffffff, 0x80000000, -1, -2, -7, -8, -100, -128, -129, 0xff00ff00, 0x12345678,
];
const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2,
  3.25,
  -7.75,
  1e10,
  -1e10,
  1e-10,
  2 ** 31,
  2 ** 32,
  2 ** 63,
  -(2 ** 63),
  2 ** 64,
  16_777_217,
  1e300,
  5e-324,
  Infinity,
  -Infinity,
  Number.NaN,
];
const shortList = 4;

/** Makes the body of one random function of a program, which may call those before it. */
export class FunctionGenerator {
  private readonly code = new CodeWriter();
  private readonly locals: NumberType[];
  /** What a branch to each enclosing label takes along, the innermost last. */
  private readonly labels: (readonly NumberType[])[] = [];
  private budget: number;
  /** Locals behind the others that count the rounds of loops. */
  private counters = 0;

  constructor(
    private readonly program: Program,
    private readonly random: Random,
    private readonly signature: Signature,
    budget: number,
  ) {
    const extra = random.list(numberTypes, 6, random.once(3) ? 40 : 14);
    this.locals = [...signature.parameters, ...numberTypes, ...extra];
    this.budget = budget;
  }

  generate(): FunctionBody {
    this.labels.push(this.signature.results);
    this.spendFuel();
    this.locals.slice(this.signature.parameters.length).forEach((type, index) => {
      if (this.random.once(4)) return;
      this.constant(type);
      this.code.op("local.set", this.signature.parameters.length + index);
    });
    while (this.budget > 0) this.statement(3);
    // Everything stays alive to the end, so that registers are scarce.
    if (!this.random.once(3)) this.locals.forEach((type, index) => this.logLocal(type, index));
    return this.finish(3);
  }

  /** Makes one so small that copies of it stand where it is called. */
  generateSmall(): FunctionBody {
    this.labels.push(this.signature.results);
    if (this.random.once(2)) this.statement(1);
    return this.finish(2);
  }

  private finish(depth: number): FunctionBody {
    this.values(this.signature.results, depth);
    this.code.op("end");
    const own = this.locals.slice(this.signature.parameters.length);
    const counters = new Array<NumberType>(this.counters).fill("i32");
    return { locals: [...own, ...counters], code: this.code };
  }

  private logLocal(type: NumberType, index: number): void {
    this.code.op("local.get", index);
    logValue(this.code, type);
  }

  /** Ends the function early once the call has run long enough. */
  private spendFuel(): void {
    const { code } = this;
    code.op("global.get", knownGlobals.fuel);
    code.i32(1);
    code.op("i32.sub");
    code.op("global.set", knownGlobals.fuel);
    code.op("global.get", knownGlobals.fuel);
    code.i32(0);
    code.op("i32.lt_s");
    code.structured("if", -64);
    for (const type of this.signature.results) code.zero(type);
    code.op("return");
    code.op("end");
  }

  private statements(depth: number): void {
    for (let count = 1 + this.random.below(4); count > 0; count--) this.statement(depth);
  }

  private statement(depth: number): void {
    this.budget--;
    const simple = [
      () => this.assign(depth),
      () => this.assign(depth),
      () => this.permute(),
      () => this.store(depth),
      () => this.setGlobal(depth),
      () => this.callFunction(depth),
      () => this.branchIf(depth),
      () => this.bulk(depth),
    ];
    const structured = [
      () => this.ifStatement(depth),
      () => this.loopStatement(depth),
      () => this.blockStatement(depth),
      () => this.escape(depth),
    ];
    const choices =
      depth > 0 && this.budget > 0 && !this.random.once(3) ? [...simple, ...structured] : simple;
    this.random.pick(choices)();
  }

  private assign(depth: number): void {
    const index = this.random.below(this.locals.length);
    this.expression(this.locals[index] ?? "i32", depth + 1);
    this.code.op("local.set", index);
  }

  /** Moves several locals at once, as a swap does. */
  private permute(): void {
    const type = this.random.pick(numberTypes);
    const same = this.indicesOf(type);
    const from = this.random.list(same, 2, 9);
    for (const index of from) this.code.op("local.get", index);
    for (const _ of from) this.code.op("local.set", this.random.pick(same));
  }

  private indicesOf(type: NumberType): number[] {
    return this.locals.flatMap((each, index) => (each === type ? [index] : []));
  }

  private address(depth: number): void {
    this.expression("i32", depth);
    this.code.i32(0x7ff8);
    this.code.op("i32.and");
  }

  private offset(): number {
    return 64 + this.random.below(64);
  }

  private store(depth: number): void {
    const type = this.random.pick(numberTypes);
    this.address(depth);
    this.expression(type, depth);
    if (type === "f32" || type === "f64") this.canonical(type);
    this.code.op(this.random.pick(storesOf[type]), 0, this.offset());
  }

  /** The number on the stack with NaN's bits known. */
  private canonical(type: "f32" | "f64"): void {
    this.code.op("call", type === "f32" ? known.bits32 : known.bits64);
    this.code.op(type === "f32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64");
  }

  private setGlobal(depth: number): void {
    const type = this.random.pick(numberTypes);
    this.expression(type, depth);
    this.code.op("global.set", knownGlobals.firstNumber + numberTypes.indexOf(type));
  }

  private bulk(depth: number): void {
    const fills = this.random.once(2);
    this.address(depth);
    this.code.i32(64);
    this.code.op("i32.add");
    if (fills) this.expression("i32", depth);
    else this.address(depth);
    if (this.random.once(2)) this.code.i32(this.random.pick([0, 1, 7, 8, 33, 200]));
    else {
      this.expression("i32", depth);
      this.code.i32(127);
      this.code.op("i32.and");
    }
    if (fills) this.code.op("memory.fill", 0);
    else this.code.op("memory.copy", 0, 0);
  }

  /** Takes the results on the stack into locals, the last first. */
  private take(types: readonly NumberType[]): void {
    for (const type of types.toReversed()) {
      if (this.random.once(6)) this.code.op("drop");
      else this.code.op("local.set", this.random.pick(this.indicesOf(type)));
    }
  }

  private values(types: readonly NumberType[], depth: number): void {
    for (const type of types) this.expression(type, depth);
  }

  private callFunction(depth: number): void {
    const first = known.first - 1;
    const count = this.program.functions.length - first;
    if (count <= 0) return this.assign(depth);
    const position = first + this.random.below(count);
    const signature = this.program.functions[position]?.signature;
    if (signature === undefined) return;
    this.values(signature.parameters, depth);
    if (this.random.once(3)) {
      this.code.op("global.get", knownGlobals.zero);
      this.code.i32(position);
      this.code.op("i32.add");
      this.code.op("call_indirect", this.program.typeIndex(signature), 0);
    } else this.code.op("call", position + 1);
    this.take(signature.results);
  }

  /** How far out a label is; the function itself is seldom left, as its end would not be reached. */
  private anyLabel(): number {
    const inner = this.random.once(12) ? this.labels.length : Math.max(1, this.labels.length - 1);
    return this.random.below(inner);
  }

  /** Branches to an enclosing label with the values it takes; they stay when it does not. */
  private branchIf(depth: number): void {
    const distance = this.anyLabel();
    const types = this.labels[this.labels.length - 1 - distance] ?? [];
    this.values(types, depth);
    this.condition(depth);
    this.code.op("br_if", distance);
    this.take(types);
  }

  /** Leaves for good, under a condition: by a branch, a table of branches, or a return. */
  private escape(depth: number): void {
    this.condition(depth);
    this.code.structured("if", -64);
    this.labels.push([]);
    const distance = this.anyLabel();
    const types = this.labels[this.labels.length - 1 - distance] ?? [];
    const same = this.labels.flatMap((each, index) =>
      each.join() === types.join() ? [this.labels.length - 1 - index] : [],
    );
    this.values(types, depth - 1);
    if (this.random.once(3)) this.code.op("br", distance);
    else {
      this.expression("i32", depth - 1);
      if (this.random.once(2)) {
        this.code.i32(7);
        this.code.op("i32.and");
      }
      const targets = this.random.list(same, 1, 9);
      this.code.op("br_table", targets.length - 1, ...targets);
    }
    this.labels.pop();
    this.code.op("end");
  }

  private condition(depth: number): void {
    this.expression("i32", depth);
  }

  private ifStatement(depth: number): void {
    const parameters = this.random.list(numberTypes, 0, shortList - 1);
    const results = this.random.list(numberTypes, 0, shortList);
    this.values(parameters, depth - 1);
    this.condition(depth);
    this.code.structured("if", this.program.typeIndex({ parameters, results }));
    this.labels.push(results);
    for (const arm of ["then", "else"]) {
      if (arm === "else") this.code.op("else");
      this.take(parameters);
      this.statements(depth - 1);
      this.values(results, depth - 1);
    }
    this.labels.pop();
    this.code.op("end");
    this.take(results);
  }

  private blockStatement(depth: number): void {
    const parameters = this.random.list(numberTypes, 0, shortList);
    const results = this.random.list(numberTypes, 0, shortList);
    this.values(parameters, depth - 1);
    this.code.structured("block", this.program.typeIndex({ parameters, results }));
    this.labels.push(results);
    this.take(parameters);
    this.statements(depth - 1);
    this.branchIf(depth - 1);
    this.statements(depth - 1);
    this.values(results, depth - 1);
    this.labels.pop();
    this.code.op("end");
    this.take(results);
  }

  /** A loop in a block of the same results, which it leaves after a few rounds at the latest. */
  private loopStatement(depth: number): void {
    const parameters = this.random.list(numberTypes, 0, 2 * shortList);
    const results = this.random.list(numberTypes, 0, shortList);
    const counter = this.locals.length + this.counters++;
    this.code.i32(0);
    this.code.op("local.set", counter);
    this.code.structured("block", this.program.typeIndex({ parameters: [], results }));
    this.labels.push(results);
    this.values(parameters, depth - 1);
    this.code.structured("loop", this.program.typeIndex({ parameters, results }));
    this.labels.push(parameters);
    this.countRound(counter, results);
    this.take(parameters);
    this.statements(depth - 1);
    this.values(parameters, depth - 1);
    this.condition(depth - 1);
    this.code.op("br_if", 0);
    this.take(parameters);
    this.values(results, depth - 1);
    this.labels.pop();
    this.code.op("end");
    this.labels.pop();
    this.code.op("end");
    this.take(results);
  }

  /** Leaves the loop and the block around it when the loop has gone round often enough. */
  private countRound(counter: number, results: readonly NumberType[]): void {
    const { code } = this;
    this.spendFuel();
    code.op("local.get", counter);
    code.i32(1);
    code.op("i32.add");
    code.op("local.tee", counter);
    code.i32(1 + this.random.below(9));
    code.op("i32.gt_u");
    code.structured("if", -64);
    for (const type of results) this.leaf(type);
    code.op("br", 2);
    code.op("end");
  }

  private expression(type: NumberType, depth: number): void {
    if (depth <= 0 || this.random.once(5)) return this.leaf(type);
    const choice = this.random.below(12);
    if (choice < 6) return this.operation(type, depth - 1);
    if (choice === 6) return this.load(type, depth - 1);
    if (choice === 7) return this.selection(type, depth - 1);
    if (choice === 8) return this.ifExpression(type, depth - 1);
    if (choice === 9) return this.blockExpression(type, depth - 1);
    if (choice === 10) return this.tee(type, depth - 1);
    this.leaf(type);
  }

  private leaf(type: NumberType): void {
    const same = this.indicesOf(type);
    if (this.random.once(4)) this.constant(type);
    else if (this.random.once(8)) {
      this.code.op("global.get", knownGlobals.firstNumber + numberTypes.indexOf(type));
    } else this.code.op("local.get", this.random.pick(same));
  }

  private constant(type: NumberType): void {
    const { code, random } = this;
    if (type === "i32") code.i32(random.pick(integers));
    else if (type === "i64") {
      const high = random.once(2) ? BigInt(random.pick(integers)) << 32n : 0n;
      code.i64(high ^ BigInt(random.pick(integers)));
    } else if (type === "f32") code.f32(random.pick(floats));
    else if (type === "f64") code.f64(random.pick(floats));
    else code.v128(this.word(), this.word());
  }

  /** Half a vector, of lanes of 32 bits that are often alike. */
  private word(): bigint {
    const { random } = this;
    const low = BigInt(random.pick(integers) >>> 0);
    return low | (random.once(2) ? low << 32n : BigInt(random.pick(integers) >>> 0) << 32n);
  }

  private operation(type: NumberType, depth: number): void {
    const operator = this.random.pick(operatorsOf[type]);
    const [first = "i32", second, third] = operator.operands;
    this.expression(first, depth);
    if (second !== undefined) this.secondOperand(operator, second, depth);
    if (third !== undefined) this.expression(third, depth);
    this.apply(operator, first);
    // Which NaN comes out is not specified, and lanes can be looked at as integers.
    if (type !== "v128") return;
    if (operator.name.startsWith("f32x4")) this.code.op("call", known.lanes32);
    if (operator.name.startsWith("f64x2")) this.code.op("call", known.lanes64);
  }

  private secondOperand({ name }: Operator, type: NumberType, depth: number): void {
    const { code, random } = this;
    const divides = /\.(div|rem)_[su]$/.test(name);
    if (divides && random.once(2)) return this.divisor(type);
    this.expression(type, depth);
    if (name === "f32.copysign") this.canonical("f32");
    if (name === "f64.copysign") this.canonical("f64");
    if (!divides || random.once(150)) return;
    if (type === "i32") {
      code.i32(0x7fff);
      code.op("i32.and");
      code.i32(1);
      code.op("i32.or");
    } else {
      code.i64(0x7fffffffffn);
      code.op("i64.and");
      code.i64(1n);
      code.op("i64.or");
    }
  }

  /** A constant by which every number can be divided. */
  private divisor(type: NumberType): void {
    const value = this.random.pick(integers.filter((each) => each !== 0 && (each | 0) !== -1));
    if (type === "i32") this.code.i32(value);
    else this.code.i64(BigInt(value));
  }

  private apply({ immediateLimit, immediates, name }: Operator, operand: NumberType): void {
    const { code, random } = this;
    if (immediates > 0) {
      const lanes = Array.from({ length: immediates }, () => random.below(immediateLimit));
      return code.op(name, ...lanes);
    }
    if (name === "i32.reinterpret_f32") return code.op("call", known.bits32);
    if (name === "i64.reinterpret_f64") return code.op("call", known.bits64);
    const traps = /^(i..)\.trunc_(f..)_([su])$/.exec(name);
    if (traps === null || random.once(100)) return code.op(name);
    const [, integer, , sign] = traps;
    code.op(
      `${integer as "i32" | "i64"}.trunc_sat_${operand as "f32" | "f64"}_${sign as "s" | "u"}`,
    );
  }

  private load(type: NumberType, depth: number): void {
    if (this.random.once(300)) this.expression("i32", depth);
    else this.address(depth);
    this.code.op(this.random.pick(loadsOf[type]), 0, this.offset());
  }

  private selection(type: NumberType, depth: number): void {
    this.expression(type, depth);
    this.expression(type, depth);
    this.condition(depth);
    this.code.op("select");
  }

  private ifExpression(type: NumberType, depth: number): void {
    this.condition(depth);
    this.code.structured("if", this.program.typeIndex({ parameters: [], results: [type] }));
    this.labels.push([type]);
    this.expression(type, depth);
    this.code.op("else");
    this.expression(type, depth);
    this.labels.pop();
    this.code.op("end");
  }

  private blockExpression(type: NumberType, depth: number): void {
    this.code.structured("block", this.program.typeIndex({ parameters: [], results: [type] }));
    this.labels.push([type]);
    this.expression(type, depth);
    this.condition(depth);
    this.code.op("br_if", 0);
    this.code.op("local.set", this.random.pick(this.indicesOf(type)));
    this.expression(type, depth);
    this.labels.pop();
    this.code.op("end");
  }

  private tee(type: NumberType, depth: number): void {
    this.expression(type, depth);
    this.code.op("local.tee", this.random.pick(this.indicesOf(type)));
  }
}
