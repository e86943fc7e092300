// The end as another program, by execve(2): no shell, no search in PATH.
import * as config from "../kernel/base/config.as";
import * as host from "../kernel/base/machine/host.as";
import * as mmio from "../kernel/base/machine/mmio.as";
import { text } from "../kernel/base/text.as";
import { linuxStringPlace } from "../kernel/platform/linux/arguments.as";
import { argumentPlace, argumentText, beginsWith } from "./arguments.as";
import { failAbout, startFailure } from "./failure.as";

const execve = 59;

const environmentList: u32 = 1;
const notFound: u32 = 127;
const notExecutable: u32 = 126;
const noEntry: i64 = -2;
const tooLong: i64 = -7;
const accessDenied: i64 = -13;
const formatError: i64 = -8;

/**
 * Becomes the program that an argument names, which finds another argument as its own name, and
 * those behind the first. Its environment is this one with a variable more: `name` ends with "=",
 * and `value` stands behind it.
 */
export function execute(index: u32, ownName: u32, name: usize, value: usize): void {
  const program = argumentText(index);
  mmio.write64(argumentPlace(index), argumentText(ownName));
  const environment = makeEnvironment(program, name, value);
  const result = host.setup(
    execve, program, argumentPlace(index), environment, 0, 0, 0,
  );
  if (result == noEntry) failAbout(program, text("there is no such program"), notFound);
  if (result == accessDenied) failAbout(program, text("may not be executed"), notExecutable);
  if (result == formatError) failAbout(program, text("is no program for here"), notExecutable);
  if (result == tooLong) failAbout(program, text("has too many arguments"), notExecutable);
  failAbout(program, text("cannot be executed"), notExecutable);
}

/** The environment's vector with one variable set; the variable stands at the heap's end. */
function makeEnvironment(program: u64, name: usize, value: usize): u64 {
  const variable: usize = config.heapEnd - 128;
  let place = variable;
  for (; load<u8>(name) != 0; name++) store<u8>(place++, load<u8>(name));
  const nameEnd = place;
  store<u8>(place, 0);
  let entry: usize = config.heapStart;
  let old = linuxStringPlace(environmentList, 0);
  for (let start = mmio.read64(old); start != 0; start = mmio.read64(old)) {
    if (!beginsWith(start, variable)) {
      store<u64>(entry, start);
      entry += 8;
    }
    if (entry + 16 > variable) {
      failAbout(program, text("the environment is too large"), startFailure);
    }
    old += 8;
  }
  for (place = nameEnd; load<u8>(value) != 0; value++) store<u8>(place++, load<u8>(value));
  store<u8>(place, 0);
  store<u64>(entry, variable);
  store<u64>(entry, 0, 8);
  return config.heapStart;
}
