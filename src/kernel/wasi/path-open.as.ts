// WASI: path_open.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import {
  createOption,
  directoryOption,
  followOption,
  readOption,
  truncateOption,
  writeOption,
} from "../files/kinds.as";
import { closeFile, openFile } from "../files/open.as";
import { isDirectoryFile } from "../files/open-files.as";
import { firstPath } from "../files/scratch.as";
import { isAppRange } from "../memory/app-memory.as";
import {
  appendFlag,
  fileKind,
  inheritingRightsOf,
  nonBlockingFlag,
  objectOf,
  openDescriptor,
  rightRead,
  rightWrite,
} from "./descriptors.as";
import {
  directoryRights,
  fileRights,
  rightAllocate,
  rightCreateFile,
  rightOpen,
  rightPathSize,
  rightSize,
} from "./file-rights.as";
import { checkFile, takePath } from "./path-argument.as";

const followFlag: u32 = 1;
const openFlags: u32 = 15;
const descriptorFlags: u32 = 31;

/**
 * WASI path_open: opens a file or directory with the rights asked for, as far as it can have them.
 */
export function path_open(
  directory: u32, lookup: u32, path: u32, length: u32, flags: u32,
  rights: u64, inheriting: u64, descriptor: u32, result: u32,
): u32 {
  const error = checkFile(directory, rightOpen | rightsNeeded(flags));
  if (error != 0) return error;
  const problem = takePath(path, length, firstPath());
  if (problem != 0) return problem;
  if (!isAppRange(result, 4)) return errno.fault;
  if ((flags & ~openFlags) != 0 || (descriptor & ~descriptorFlags) != 0) return errno.invalid;
  // What is written is as durable as fd_sync makes it, no sooner.
  if ((descriptor & ~(appendFlag | nonBlockingFlag)) != 0) return errno.notSupported;
  const asked = <u32>rights & inheritingRightsOf(directory);
  const options = optionsOf(flags, lookup, asked);
  const file = openFile(objectOf(directory), firstPath(), length, options);
  if (file < 0) return -file;
  const possible = isDirectoryFile(file) ? directoryRights : fileRights;
  const inherited = <u32>inheriting & inheritingRightsOf(directory);
  const opened = openDescriptor(fileKind, file, descriptor, asked & possible, inherited);
  if (opened < 0) {
    closeFile(file);
    return -opened;
  }
  app.store32(result, opened);
  return errno.success;
}

function rightsNeeded(flags: u32): u32 {
  let rights: u32 = 0;
  if ((flags & createOption) != 0) rights |= rightCreateFile;
  if ((flags & truncateOption) != 0) rights |= rightPathSize;
  return rights;
}

/**
 * Options for opening; of a directory nobody wants to write bytes, whatever rights are asked for.
 */
function optionsOf(flags: u32, lookup: u32, rights: u32): u32 {
  let options = flags;
  if ((lookup & followFlag) != 0) options |= followOption;
  if ((rights & rightRead) != 0) options |= readOption;
  const writes = (rights & (rightWrite | rightAllocate | rightSize)) != 0;
  if (writes && (flags & directoryOption) == 0) options |= writeOption;
  return options;
}
