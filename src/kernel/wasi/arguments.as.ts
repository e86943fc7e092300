// WASI: args_* and environ_*.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import {
  argumentList,
  copyStrings,
  environmentList,
  stringBytes,
  stringCount,
} from "../launch/strings.as";
import { isAppRange } from "../memory/app-memory.as";

/** WASI args_get: pointers to the arguments, and their bytes. */
export function args_get(pointers: u32, buffer: u32): u32 {
  return giveStrings(argumentList, pointers, buffer);
}

/** WASI args_sizes_get: how many arguments, and their bytes with NULs. */
export function args_sizes_get(count: u32, bytes: u32): u32 {
  return giveSizes(argumentList, count, bytes);
}

/** WASI environ_get: pointers to the NAME=value entries, and their bytes. */
export function environ_get(pointers: u32, buffer: u32): u32 {
  return giveStrings(environmentList, pointers, buffer);
}

/** WASI environ_sizes_get: how many entries, and their bytes with NULs. */
export function environ_sizes_get(count: u32, bytes: u32): u32 {
  return giveSizes(environmentList, count, bytes);
}

function giveSizes(list: u32, count: u32, bytes: u32): u32 {
  if (!isAppRange(count, 4) || !isAppRange(bytes, 4)) return errno.fault;
  app.store32(count, stringCount(list));
  app.store32(bytes, stringBytes(list));
  return errno.success;
}

function giveStrings(list: u32, pointers: u32, buffer: u32): u32 {
  const pointerBytes = <u64>stringCount(list) * 4;
  if (!isAppRange(pointers, pointerBytes)) return errno.fault;
  if (!isAppRange(buffer, stringBytes(list))) return errno.fault;
  copyStrings(list, pointers, buffer);
  return errno.success;
}
