import { type MachineImportName, machineImports } from "../../contracts/machine-interface.ts";

const names = Object.keys(machineImports) as readonly MachineImportName[];
const numbers = new Map<string, number>(names.map((name, index) => [name, index]));

/** The number of a machine import in the `aux` column of `intrinsic`. */
export function intrinsicNumber(name: MachineImportName): number {
  const number = numbers.get(name);
  if (number === undefined) throw new RangeError(`no intrinsic ${name}`);
  return number;
}

/** The machine import with a number; throws a RangeError for an unknown one. */
export function intrinsicName(number: number): MachineImportName {
  const name = names[number];
  if (name === undefined) throw new RangeError(`no intrinsic ${number}`);
  return name;
}
