// Arguments and environment, wherever the platform keeps them.
import * as config from "../base/config.as";
import {
  copyLinuxStrings,
  copyLinuxVariable,
  linuxStringBytes,
  linuxStringCount,
} from "../platform/linux/arguments.as";
import {
  copyRecordStrings,
  copyRecordVariable,
  recordStringBytes,
  recordStringCount,
} from "./launch-record.as";

/** The list of arguments. */
export const argumentList: u32 = 0;

/** The list of environment entries, NAME=value. */
export const environmentList: u32 = 1;

/** Strings in a list. */
export function stringCount(list: u32): u32 {
  return config.platform == config.linux ? linuxStringCount(list) : recordStringCount(list);
}

/** Bytes of all strings of a list, with a NUL behind each. */
export function stringBytes(list: u32): u32 {
  return config.platform == config.linux ? linuxStringBytes(list) : recordStringBytes(list);
}

/** Copies a list into checked app memory: a pointer for each string, and the strings. */
export function copyStrings(list: u32, pointers: u32, buffer: u32): void {
  if (config.platform == config.linux) copyLinuxStrings(list, pointers, buffer);
  else copyRecordStrings(list, pointers, buffer);
}

/**
 * Copies the value of a variable of the environment into kernel memory: its bytes, or -1 when there
 * is none or it does not fit. `name` is text("...").
 */
export function copyVariable(name: usize, buffer: usize, capacity: u32): i32 {
  if (config.platform == config.linux) return copyLinuxVariable(name, buffer, capacity);
  return copyRecordVariable(name, buffer, capacity);
}
