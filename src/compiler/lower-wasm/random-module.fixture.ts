import type { FunctionText, ModuleText } from "../wasm/assemble.fixture.ts";
import { f64Bits } from "../wasm/assemble.fixture.ts";
import { generator } from "./differential.fixture.ts";

const types = ["i32", "i64", "f64"] as const;
type Type = (typeof types)[number];

/** Locals behind the parameters: two of each type. */
const localTypes: readonly Type[] = types.flatMap((type): Type[] => [type, type]);

/** Instructions by result that take operands and never trap, with their operands. */
const operators: Readonly<Record<Type, readonly (readonly [string, ...Type[]])[]>> = {
  i32: [
    ["i32.add", "i32", "i32"],
    ["i32.sub", "i32", "i32"],
    ["i32.mul", "i32", "i32"],
    ["i32.and", "i32", "i32"],
    ["i32.xor", "i32", "i32"],
    ["i32.shl", "i32", "i32"],
    ["i32.rotr", "i32", "i32"],
    ["i32.div_s", "i32", "i32"],
    ["i32.rem_u", "i32", "i32"],
    ["i32.lt_s", "i32", "i32"],
    ["i32.eqz", "i32"],
    ["i64.eqz", "i64"],
    ["i64.ge_u", "i64", "i64"],
    ["f64.le", "f64", "f64"],
    ["f64.ne", "f64", "f64"],
    ["i32.wrap_i64", "i64"],
    ["i32.trunc_sat_f64_s", "f64"],
    ["i32.extend8_s", "i32"],
  ],
  i64: [
    ["i64.add", "i64", "i64"],
    ["i64.sub", "i64", "i64"],
    ["i64.or", "i64", "i64"],
    ["i64.shr_u", "i64", "i64"],
    ["i64.div_u", "i64", "i64"],
    ["i64.extend_i32_u", "i32"],
    ["i64.extend_i32_s", "i32"],
    ["i64.trunc_f64_s", "f64"],
    ["i64.clz", "i64"],
  ],
  f64: [
    ["f64.add", "f64", "f64"],
    ["f64.mul", "f64", "f64"],
    ["f64.neg", "f64"],
    ["f64.convert_i32_s", "i32"],
    ["f64.convert_i64_u", "i64"],
    ["f64.min", "f64", "f64"],
  ],
};

const constants: Readonly<Record<Type, readonly string[]>> = {
  i32: ["0", "1", "-1", "2", "7", "31", "256", "2147483647", "-2147483648"],
  i64: ["0", "1", "-1", "3", "64", "4294967295", "-9223372036854775808"],
  f64: [0, -0, 1, -2.5, 1e10, 1e300].map(f64Bits),
};

/** Loops and calls that may be entered between two calls of `refuel`. */
const fuel = 100;

/**
 * A valid module with structured control flow of all kinds. Global g0 bounds its running time; the
 * function `refuel` fills it up.
 */
export function randomModule(seed: number): ModuleText {
  const writer = new RandomWriter(generator(seed));
  return writer.module();
}

interface Label {
  readonly types: readonly Type[];
}

class RandomWriter {
  private readonly next: () => number;
  private readonly signatures: { readonly parameters: Type[]; readonly results: Type[] }[] = [];
  private lines: string[] = [];
  private labels: Label[] = [];
  private locals: Type[] = [];
  private results: readonly Type[] = [];
  private size = 0;

  constructor(next: () => number) {
    this.next = next;
  }

  module(): ModuleText {
    const count = 2 + this.below(3);
    for (let index = 0; index < count; index++) {
      this.signatures.push({ parameters: this.someTypes(4), results: this.someTypes(3) });
    }
    const functions = this.signatures.map((_, index) => this.functionText(index));
    functions.push({ name: "refuel", type: "->", code: `i32.const ${fuel}\nglobal.set 0` });
    return {
      functions,
      memory: [1, 2],
      globals: [0, 5],
      table: Array.from({ length: 6 }, () => this.below(count)),
    };
  }

  private functionText(index: number): FunctionText {
    const { parameters, results } = this.signatures[index] ?? { parameters: [], results: [] };
    this.lines = [];
    this.locals = [...parameters, ...localTypes];
    this.results = results;
    this.labels = [{ types: results }];
    this.size = 120;
    this.spendFuel();
    this.statements(3);
    this.pushAll(results, 3);
    const type = `${parameters.join(" ")} -> ${results.join(" ")}`;
    return { type, locals: localTypes.join(" "), code: this.lines.join("\n") };
  }

  private spendFuel(): void {
    this.emit("global.get 0", "i32.eqz", "if", "unreachable", "end");
    this.emit("global.get 0", "i32.const 1", "i32.sub", "global.set 0");
  }

  /** Statements; returns whether what follows can be reached. */
  private statements(depth: number): void {
    const count = 1 + this.below(4);
    for (let index = 0; index < count; index++) this.statement(depth);
  }

  private statement(depth: number): void {
    const kinds = [
      () => this.setLocal(depth),
      () => this.setLocal(depth),
      () => this.store(depth),
      () => this.branchIf(depth),
      () => this.branchIf(depth),
      () => this.structure(depth, []),
      () => this.structure(depth, this.someTypes(2)),
      () => this.setGlobal(depth),
      () => this.deadEnd(depth),
      () => this.callAny(depth),
    ];
    (kinds[this.below(kinds.length)] as () => void)();
  }

  private setLocal(depth: number): void {
    const local = this.below(this.locals.length);
    this.push(this.locals[local] as Type, depth);
    this.emit(`local.set ${local}`);
  }

  private setGlobal(depth: number): void {
    this.push("i32", depth);
    this.emit("global.set 1");
  }

  private store(depth: number): void {
    this.address(depth);
    const isWide = this.below(2) === 0;
    this.push(isWide ? "i64" : "i32", depth);
    const stores = isWide
      ? ["i64.store", "i64.store32", "i64.store8"]
      : ["i32.store", "i32.store16", "i32.store8"];
    this.emit(`${this.pick(stores)} ${this.below(64)}`);
  }

  private address(depth: number): void {
    this.push("i32", depth - 1);
    this.emit("i32.const 255", "i32.and");
    if (this.below(20) === 0) this.emit("i32.const 65500", "i32.add");
  }

  private branchIf(depth: number): void {
    const label = this.below(this.labels.length);
    const values = (this.labels[label] as Label).types;
    this.pushAll(values, depth - 1);
    this.push("i32", depth);
    this.emit(`br_if ${label}`, ...values.map(() => "drop"));
  }

  /** A block that is left at its end at the latest by a branch, a return or a trap. */
  private deadEnd(depth: number): void {
    this.emit("block");
    this.labels.unshift({ types: [] });
    this.statements(depth - 2);
    this.leave(depth);
    if (this.below(3) === 0) this.statements(depth - 2); // unreachable
    this.emit("end");
    this.labels.shift();
  }

  private leave(depth: number): void {
    const label = this.below(this.labels.length);
    const values = (this.labels[label] as Label).types;
    const kind = this.below(8);
    if (kind === 0) {
      this.pushAll(this.results, depth - 1);
      this.emit("return");
    } else if (kind < 4) {
      this.pushAll(values, depth - 1);
      this.emit(`br ${label}`);
    } else {
      const alike = this.labels.flatMap(({ types: each }, index) =>
        each.join() === values.join() ? [index] : [],
      );
      this.pushAll(values, depth - 1);
      this.push("i32", depth - 1);
      const targets = Array.from({ length: 1 + this.below(4) }, () => this.pick(alike));
      this.emit(`br_table ${targets.join(" ")}`);
    }
  }

  /** A block, loop or if with any parameters; its results are set to locals or dropped. */
  private structure(depth: number, results: readonly Type[]): void {
    this.value(depth, results);
    for (const type of [...results].reverse()) this.consume(type);
  }

  private consume(type: Type): void {
    const local = this.locals.indexOf(type);
    const last = this.locals.lastIndexOf(type);
    this.emit(this.below(4) === 0 ? "drop" : `local.set ${this.below(2) === 0 ? local : last}`);
  }

  /** Pushes results by a block, loop or if. */
  private value(depth: number, results: readonly Type[]): void {
    if (depth <= 0 || this.size <= 0) {
      this.pushAll(results, 0);
      return;
    }
    const parameters = this.someTypes(2);
    const kind = this.pick(["block", "loop", "if"]);
    this.pushAll(parameters, depth - 1);
    if (kind === "if") this.push("i32", depth - 1);
    const withoutElse = kind === "if" && this.below(3) === 0;
    const pushed = withoutElse ? parameters : results;
    this.emit(`${kind} ${parameters.join(" ")} -> ${pushed.join(" ")}`);
    this.labels.unshift({ types: kind === "loop" ? parameters : pushed });
    this.body(depth, kind, parameters, pushed);
    if (kind === "if" && !withoutElse) {
      this.emit("else");
      this.body(depth, kind, parameters, pushed);
    }
    this.emit("end");
    this.labels.shift();
    if (!withoutElse) return;
    for (const type of [...parameters].reverse()) this.consume(type);
    this.pushAll(results, depth - 1);
  }

  private body(
    depth: number,
    kind: string,
    parameters: readonly Type[],
    results: readonly Type[],
  ): void {
    if (kind === "loop") this.spendFuel();
    for (const type of [...parameters].reverse()) this.consume(type);
    this.statements(depth - 1);
    this.pushAll(results, depth - 1);
  }

  private callAny(depth: number): void {
    const index = this.below(this.signatures.length);
    const { parameters, results } = this.signatures[index] as {
      parameters: Type[];
      results: Type[];
    };
    this.pushAll(parameters, depth - 1);
    if (this.below(2) === 0) this.emit(`call ${index}`);
    else {
      this.push("i32", depth - 1);
      this.emit("i32.const 7", "i32.and");
      this.emit(`call_indirect ${parameters.join(" ")} -> ${results.join(" ")}`);
    }
    for (const type of [...results].reverse()) this.consume(type);
  }

  private pushAll(list: readonly Type[], depth: number): void {
    for (const type of list) this.push(type, depth);
  }

  /** Pushes one value. */
  private push(type: Type, depth: number): void {
    this.size--;
    const kind = depth <= 0 || this.size <= 0 ? this.below(2) : this.below(9);
    if (kind === 0) this.emit(`${type}.const ${this.pick(constants[type])}`);
    else if (kind < 3) this.getLocal(type);
    else if (kind === 3) this.value(depth - 1, [type]);
    else if (kind === 4) this.load(type, depth);
    else if (kind === 5) {
      this.pushAll([type, type, "i32"], depth - 1);
      this.emit("select");
    } else {
      const [name, ...operands] = this.pick(operators[type]);
      this.pushAll(operands, depth - 1);
      this.emit(name);
    }
  }

  private getLocal(type: Type): void {
    const fitting = this.locals.flatMap((each, index) => (each === type ? [index] : []));
    this.emit(`local.get ${this.pick(fitting)}`);
  }

  private load(type: Type, depth: number): void {
    if (type === "f64") {
      this.getLocal(type);
      return;
    }
    this.address(depth);
    const loads = {
      i32: ["i32.load", "i32.load8_s", "i32.load16_u"],
      i64: ["i64.load", "i64.load32_s", "i64.load8_u"],
    };
    this.emit(`${this.pick(loads[type])} ${this.below(64)}`);
  }

  private emit(...lines: string[]): void {
    this.lines.push(...lines);
  }

  private someTypes(limit: number): Type[] {
    return Array.from({ length: this.below(limit) }, () => this.pick(types));
  }

  private pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  private below(limit: number): number {
    return (this.next() >>> 4) % limit;
  }
}
