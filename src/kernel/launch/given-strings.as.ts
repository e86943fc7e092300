// Arguments and environment as the instance was given them, wherever the platform keeps them.
import * as config from "../base/config.as";
import {
  copyLinuxStrings,
  copyLinuxVariable,
  hasLinuxVariable,
  linuxStringBytes,
  linuxStringCount,
} from "../platform/linux/arguments.as";
import {
  copyRecordStrings,
  copyRecordVariable,
  hasRecordVariable,
  recordStringBytes,
  recordStringCount,
} from "./launch-record.as";

/** The list of arguments. */
export const argumentList: u32 = 0;

/** The list of environment entries, NAME=value. */
export const environmentList: u32 = 1;

/** Strings in a list. */
export function givenCount(list: u32): u32 {
  return config.platform == config.linux ? linuxStringCount(list) : recordStringCount(list);
}

/** Bytes of all strings of a list, with a NUL behind each. */
export function givenBytes(list: u32): u32 {
  return config.platform == config.linux ? linuxStringBytes(list) : recordStringBytes(list);
}

/** Copies a list into checked app memory: a pointer for each string, and the strings. */
export function copyGiven(list: u32, pointers: u32, buffer: u32): void {
  if (config.platform == config.linux) copyLinuxStrings(list, pointers, buffer);
  else copyRecordStrings(list, pointers, buffer);
}

/** Whether the environment has a variable; its name ends with a NUL. */
export function isGiven(name: usize): bool {
  return config.platform == config.linux ? hasLinuxVariable(name) : hasRecordVariable(name);
}

/** Copies a variable's value into kernel memory: its bytes, -1, or -2 if it does not fit. */
export function copyGivenVariable(name: usize, buffer: usize, capacity: u32): i32 {
  if (config.platform == config.linux) return copyLinuxVariable(name, buffer, capacity);
  return copyRecordVariable(name, buffer, capacity);
}
