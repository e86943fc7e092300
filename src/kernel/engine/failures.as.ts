// Errors that nobody caught and rejections that nobody handled: JavaScript may deal with them,
// otherwise they are printed and end the instance.
import { text } from "../base/text.as";
import { exit } from "../boot/exit.as";
import { hiddenProperty } from "./hidden-object.as";
import { standardError, writeConstant, writeText } from "./output.as";
import {
  callWith,
  closeText,
  exception,
  free,
  getProperty,
  isError,
  isPresent,
  isTrue,
  openText,
  takeException,
  textLength,
  undefinedValue,
  Value,
} from "./quickjs.as";

/** Status of an instance that ends by an error of its program, as in Node. */
const failureStatus: u32 = 1;

const rejectionLimit: u32 = 256;
const rejections = memory.data(4096, 8); // rejectionLimit pairs: promise, reason
let rejectionCount: u32 = 0;

/** Deals with the exception that a call has just thrown. */
export function failWithException(): void {
  const error = takeException();
  fail(error, undefinedValue);
  free(error);
}

/** Notes a rejection, or that it was handled after all; takes both values. */
export function trackRejection(promise: Value, reason: Value, isHandled: bool): void {
  if (!isHandled) {
    if (rejectionCount == rejectionLimit) failWithRejections();
    const entry = rejections + rejectionCount * 16;
    store<u64>(entry, promise);
    store<u64>(entry, reason, 8);
    rejectionCount++;
    return;
  }
  for (let index: u32 = 0; index < rejectionCount; index++) {
    if (load<u64>(rejections + index * 16) != promise) continue;
    forgetRejection(index);
    break;
  }
  free(promise);
  free(reason);
}

/** Deals with the rejections that nobody has handled, once no job is left that could. */
export function failWithRejections(): void {
  while (rejectionCount != 0) {
    const promise = load<u64>(rejections);
    const reason = load<u64>(rejections, 8);
    rejectionCount--;
    memory.copy(rejections, rejections + 16, rejectionCount * 16);
    fail(reason, promise);
    free(promise);
    free(reason);
  }
}

/** Prints a message and its cause, and ends the instance. */
export function endWith(message: usize, error: Value, status: u32): void {
  writeConstant(standardError, message);
  printError(error);
  exit(status);
}

function forgetRejection(index: u32): void {
  const entry = rejections + index * 16;
  free(load<u64>(entry));
  free(load<u64>(entry, 8));
  rejectionCount--;
  memory.copy(entry, entry + 16, (rejectionCount - index) * 16);
}

function fail(error: Value, promise: Value): void {
  const handler = hiddenProperty(text("unhandled"));
  if (isPresent(handler)) {
    const result = callWith(handler, 2, error, promise, undefinedValue);
    free(handler);
    if (isTrue(result)) return;
    if (result == exception) {
      const second = takeException();
      endWith(text("Uncaught "), second, failureStatus);
    }
    free(result);
  }
  const isRejection = isPresent(promise);
  endWith(isRejection ? text("Uncaught (in promise) ") : text("Uncaught "), error, failureStatus);
}

/** Prints an error's text and stack, or another value's text. */
function printError(error: Value): void {
  printValue(error);
  writeConstant(standardError, text("\n"));
  if (!isError(error)) return;
  const stack = getProperty(error, text("stack"));
  if (isPresent(stack)) printValue(stack);
  free(stack);
}

function printValue(value: Value): void {
  const start = openText(value);
  if (start == 0) {
    writeConstant(standardError, text("(a value without text)"));
    return;
  }
  writeText(standardError, start, textLength());
  closeText(start);
}
