/** Random modules that are hard on a compiler: many live values, loops and blocks with parameters. */
import type { TestCommand } from "../command.ts";
import { CodeWriter, type NumberType, numberTypes } from "./code-writer.ts";
import { FunctionGenerator } from "./function-generator.ts";
import { fillMemory, knownGlobals, logValue, Program, refuel } from "./program.ts";
import { Random } from "./random.ts";

const mostFunctions = 10;
const callsOfEach = 2;

/** The module of a seed: one run, which writes what all of its functions gave. */
export function stressModule(seed: number): TestCommand {
  const random = new Random(seed);
  const program = new Program();
  const calls = new CodeWriter();
  fillMemory(calls);
  for (let count = 1 + random.below(mostFunctions); count > 0; count--) {
    const most = random.once(5) ? 18 : 5;
    const parameters = random.list(numberTypes, 0, most);
    const results = random.list(numberTypes, 0, random.once(4) ? 9 : 2);
    const budget = 4 + random.below(40);
    const generator = new FunctionGenerator(program, random, { parameters, results }, budget);
    const index = program.functions.length + 1;
    const body = random.once(3) ? generator.generateSmall() : generator.generate();
    program.functions.push({ signature: { parameters, results }, body });
    for (let call = 0; call < callsOfEach; call++) {
      refuel(calls);
      for (const type of parameters) argument(calls, random, type);
      calls.op("call", index);
      for (const type of results.toReversed()) logValue(calls, type);
    }
  }
  numberTypes.forEach((type, index) => {
    calls.op("global.get", knownGlobals.firstNumber + index);
    logValue(calls, type);
  });
  return { wasm: program.toBytes(calls), runs: [`seed ${seed}`] };
}

function argument(code: CodeWriter, random: Random, type: NumberType): void {
  const value = random.below(2 ** 32);
  if (type === "i32") code.i32(random.once(2) ? value : value & 15);
  else if (type === "i64") code.i64(BigInt(value) << BigInt(random.below(33)));
  else if (type === "f32") code.f32((value - 2 ** 31) / 1024);
  else if (type === "f64") code.f64((value - 2 ** 31) / 65_536);
  else code.v128(BigInt(value) * 0x1_0000_0001n, BigInt(random.below(2 ** 32)));
}
