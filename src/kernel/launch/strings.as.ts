// Arguments and environment: those that the instance was given, and for want of them the image's.
import * as config from "../base/config.as";
import { copyDefaults, copyDefaultVariable, defaultBytes, defaultCount } from "./defaults.as";
import { copyGiven, copyGivenVariable, givenBytes, givenCount, isGiven } from "./given-strings.as";

export { argumentList, environmentList } from "./given-strings.as";

/** Strings in a list. */
export function stringCount(list: u32): u32 {
  const count = givenCount(list);
  return config.hasDefaults ? count + defaultCount(list) : count;
}

/** Bytes of all strings of a list, with a NUL behind each. */
export function stringBytes(list: u32): u32 {
  const bytes = givenBytes(list);
  return config.hasDefaults ? bytes + defaultBytes(list) : bytes;
}

/** Copies a list into checked app memory: a pointer for each string, and the strings. */
export function copyStrings(list: u32, pointers: u32, buffer: u32): void {
  copyGiven(list, pointers, buffer);
  if (config.hasDefaults) {
    copyDefaults(list, pointers + givenCount(list) * 4, buffer + givenBytes(list));
  }
}

/** What `copyVariable` gives for a value that does not fit. */
export const tooLong: i32 = -2;

/**
 * Copies the value of a variable of the environment into kernel memory: its bytes, -1 when there is
 * none, or `tooLong`. `name` is text("...").
 */
export function copyVariable(name: usize, buffer: usize, capacity: u32): i32 {
  if (config.hasDefaults && !isGiven(name)) return copyDefaultVariable(name, buffer, capacity);
  return copyGivenVariable(name, buffer, capacity);
}
