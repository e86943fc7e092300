// What JavaScript calls for files (contracts/engine-interface.ts, by their numbers).
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import {
  createOption,
  directoryType,
  followOption,
  readOption,
  truncateOption,
  writeOption,
} from "../files/kinds.as";
import { makeDirectory, removePath, renamePath } from "../files/names.as";
import { closeFile, openFile } from "../files/open.as";
import { isDirectoryFile } from "../files/open-files.as";
import { firstPath, secondPath, statusSpace } from "../files/scratch.as";
import { fileSize, pathStatus } from "../files/status.as";
import { readFile, writeFile } from "../files/transfer.as";
import { failed } from "./failed.as";
import { listDirectory } from "./file-list.as";
import { heldLength, heldStart, holdBytes, releaseToken } from "./held-bytes.as";
import { isAboveMounts, pathBytes, pathMount, pathStart, readPath } from "./paths.as";
import {
  argument,
  bufferStart,
  exception,
  free,
  integerValue,
  isTrue,
  newArray,
  newArrayBuffer,
  numberValue,
  setElement,
  shorten,
  takeException,
  Value,
  vectorRoom,
} from "./quickjs.as";

const largestFile: u64 = 0x7fff_ffff;
const directoryKind: i32 = 1;
const nanosecondsPerMillisecond: f64 = 1e6;

/** Calls one of these functions; its arguments are read by `argument(list, index)`. */
export function callFileFunction(number: u32, list: u32, count: u32): Value {
  if (count == 0 || firstPath() == 0) return failed(errno.invalid);
  const error = readPath(argument(list, 0), firstPath());
  switch (number) {
    case 34: return error != 0 ? failed(directoryOr(error)) : read();
    case 35: {
      if (count < 3) return failed(errno.invalid);
      if (error != 0) return failed(directoryOr(error));
      return write(argument(list, 1), isTrue(argument(list, 2)));
    }
    case 36: return listDirectory(error);
    case 37: return status(error);
    case 38: return failed(error != 0 ? directoryOr(error) : remove());
    case 39: return failed(isAboveMounts() ? errno.exists : error != 0 ? error : makeOne());
    case 40: {
      if (count < 2) return failed(errno.invalid);
      return failed(error != 0 ? directoryOr(error) : rename(argument(list, 1)));
    }
    default: return failed(errno.notImplemented);
  }
}

/** A directory that is there for the sake of mounts below can be listed and nothing else. */
function directoryOr(error: u32): u32 {
  return error == errno.noEntry && isAboveMounts() ? errno.isDirectory : error;
}

function read(): Value {
  const file = openFile(pathMount(), pathStart(), pathBytes(), readOption | followOption);
  if (file < 0) return integerValue(file);
  const content = isDirectoryFile(file) ? failed(errno.isDirectory) : readWhole(file);
  closeFile(file);
  return content;
}

function readWhole(file: u32): Value {
  const size = fileSize(file);
  if (size > largestFile) return failed(errno.fileTooLarge);
  const buffer = newArrayBuffer(<u32>size);
  if (buffer == exception) {
    free(takeException());
    return failed(errno.noMemory);
  }
  const start = bufferStart(buffer);
  let done: u32 = 0;
  while (done < <u32>size) {
    setVector(start + done, <u32>size - done);
    const bytes = readFile(file, vectorRoom(), 1);
    if (bytes < 0) {
      free(buffer);
      return integerValue(<i32>bytes);
    }
    if (bytes == 0) return shorten(buffer, done);
    done += <u32>bytes;
  }
  return buffer;
}

function write(data: Value, appends: bool): Value {
  const options = createOption | writeOption | followOption | (appends ? 0 : truncateOption);
  const file = openFile(pathMount(), pathStart(), pathBytes(), options);
  if (file < 0) return integerValue(file);
  const token = holdBytes(data);
  const length = heldLength();
  const start = token == 0 ? 0 : heldStart(token, length);
  let result: i64 = start == 0 && (token == 0 || length != 0) ? -<i64>errno.noMemory : 0;
  for (let done: u32 = 0; result >= 0 && done < length; done += <u32>result) {
    setVector(start + done, length - done);
    result = writeFile(file, vectorRoom(), 1, appends);
    if (result == 0) result = -<i64>errno.inputOutput;
  }
  if (token != 0) releaseToken(token);
  closeFile(file);
  return integerValue(result < 0 ? <i32>result : 0);
}

function status(problem: u32): Value {
  const isVirtual = isAboveMounts();
  let error = problem;
  if (error == 0) error = pathStatus(pathMount(), pathStart(), pathBytes(), true);
  if (error != 0 && !isVirtual) return failed(error);
  const isDirectory = error != 0 || <u32>load<u8>(statusSpace(), 16) == directoryType;
  const size = error != 0 ? 0 : <f64>load<u64>(statusSpace(), 32);
  const modified = error != 0 ? 0 : <f64>load<u64>(statusSpace(), 48);
  const result = newArray();
  setElement(result, 0, integerValue(isDirectory ? directoryKind : 0));
  setElement(result, 1, numberValue(isDirectory ? 0 : size));
  setElement(result, 2, numberValue(modified / nanosecondsPerMillisecond));
  return result;
}

function remove(): u32 {
  const error = pathStatus(pathMount(), pathStart(), pathBytes(), false);
  if (error != 0) return error;
  const isDirectory = <u32>load<u8>(statusSpace(), 16) == directoryType;
  return removePath(pathMount(), pathStart(), pathBytes(), isDirectory);
}

function makeOne(): u32 {
  return makeDirectory(pathMount(), pathStart(), pathBytes());
}

function rename(newPath: Value): u32 {
  const directory = pathMount();
  const path = pathStart();
  const bytes = pathBytes();
  const error = readPath(newPath, secondPath());
  if (error != 0) return directoryOr(error);
  return renamePath(directory, path, bytes, pathMount(), pathStart(), pathBytes());
}

function setVector(start: u32, length: u32): void {
  app.store32(vectorRoom(), start);
  app.store32(vectorRoom() + 4, length);
}
