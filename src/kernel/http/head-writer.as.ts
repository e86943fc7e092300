// The head of a response under construction (RFC 9112, 4 and 5). The fields that frame a message or
// say what becomes of its connection are the kernel's: of the app's own it takes notes only.
import * as app from "../base/machine/app.as";
import { text } from "../base/text.as";
import { allocateFrames } from "../memory/frames.as";
import { equalsText, isTokenByte, isValueByte } from "./characters.as";
import { dateLine, dateLineBytes } from "./date.as";
import { reasonOf } from "./reasons.as";

/** Bytes of a response's head, at most. */
const capacity: u32 = 16_384;

/** Room for what the kernel adds. */
const ownFieldBytes: u32 = 256;

let buffer: usize = 0;
let used: u32 = 0;
let fieldStart: u32 = 0;
let nameLength: u32 = 0;
let isValid = true;
let asksToClose = false;
let givenLength: i64 = -1;
let hasDate = false;

/** Begins a head. An empty reason stands for the usual one of the status. */
export function beginHead(status: u32): void {
  if (buffer == 0) buffer = allocateFrames(capacity / 4096);
  isValid = buffer != 0 && status >= 100 && status <= 999;
  asksToClose = false;
  hasDate = false;
  givenLength = -1;
  used = 0;
  if (!isValid) return;
  putConstant(text("HTTP/1.1 "));
  putByte(0x30 + status / 100);
  putByte(0x30 + status / 10 % 10);
  putByte(0x30 + status % 10);
  putByte(0x20);
}

/** Ends the status line with the usual reason. */
export function putReason(status: u32): void {
  if (!isValid) return;
  putConstant(reasonOf(status));
  putLineEnd();
}

/** Ends the status line with the app's reason. */
export function putAppReason(appPointer: u32, length: u32): void {
  const start = used;
  putApp(appPointer, length);
  checkValue(start);
  putLineEnd();
}

/** Begins a field with a name in checked app memory. */
export function beginField(appPointer: u32, length: u32): void {
  fieldStart = used;
  nameLength = length;
  putApp(appPointer, length);
  if (!isValid) return;
  if (length == 0) isValid = false;
  for (let index = fieldStart; index < used; index++) {
    if (!isTokenByte(load<u8>(buffer + index))) isValid = false;
  }
  putByte(0x3a);
  putByte(0x20);
}

/**
 * Ends a field with a value in checked app memory. With `isText` the value is UTF-8 that stands for
 * the bytes of its code points, as JavaScript's byte strings have it.
 */
export function endField(appPointer: u32, length: u32, isText: bool): void {
  const start = used;
  putApp(appPointer, length);
  if (!isValid) return;
  if (isText) decodeBytes(start);
  checkValue(start);
  if (isValid && !takeNote(start)) putLineEnd();
}

/** The length that the app's response has, if the app has told none. */
export function setGivenLength(length: u32): void {
  if (givenLength < 0) givenLength = length;
}

/** Adds a field of the kernel's own: `text("Name: value")`. */
export function putField(field: usize): void {
  if (!isValid || used + ownFieldBytes > capacity) {
    isValid = false;
    return;
  }
  putConstant(field);
  putLineEnd();
}

/** Adds `text("Name: ")` and a number. */
export function putNumberField(name: usize, value: u64): void {
  if (!isValid) return;
  putConstant(name);
  putDecimalNumber(value);
  putLineEnd();
}

/** Adds `text("Name: ")` and bytes of kernel memory, which are known to be a value. */
export function putBytesField(name: usize, pointer: usize, length: u32): void {
  if (!isValid || used + length + ownFieldBytes > capacity) {
    isValid = false;
    return;
  }
  putConstant(name);
  putKernel(pointer, length);
  putLineEnd();
}

/** Ends the head; false when it cannot be sent as it is. */
export function endHead(): bool {
  if (!isValid) return false;
  if (!hasDate) putKernel(dateLine(), dateLineBytes);
  putLineEnd();
  return true;
}

/** Where the head is. */
export function headStart(): usize {
  return buffer;
}

/** Its bytes. */
export function headLength(): u32 {
  return used;
}

/** Whether the app asked for the connection to be closed. */
export function headAsksToClose(): bool {
  return asksToClose;
}

/** The Content-Length that the app gave, or -1. */
export function headLengthGiven(): i64 {
  return givenLength;
}

/** Takes a note of a field that is the kernel's business, and the field away; false for others. */
function takeNote(value: u32): bool {
  const name = buffer + fieldStart;
  switch (nameLength) {
    case 4:
      if (equalsText(name, 4, text("date"))) hasDate = true;
      return false;
    case 10:
      if (equalsText(name, 10, text("keep-alive"))) return takeBack();
      if (!equalsText(name, 10, text("connection"))) return false;
      asksToClose = equalsText(buffer + value, used - value, text("close"));
      return takeBack();
    case 14:
      if (!equalsText(name, 14, text("content-length"))) return false;
      givenLength = decimalNumber(value);
      if (givenLength < 0) isValid = false;
      return takeBack();
    case 17:
      return equalsText(name, 17, text("transfer-encoding")) && takeBack();
    default:
      return false;
  }
}

function takeBack(): bool {
  used = fieldStart;
  return true;
}

function decimalNumber(start: u32): i64 {
  let value: i64 = 0;
  if (start == used || used - start > 15) return -1;
  for (let at = start; at < used; at++) {
    const digit = <u32>load<u8>(buffer + at) - 0x30;
    if (digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function checkValue(start: u32): void {
  for (let at = start; at < used; at++) {
    if (!isValueByte(load<u8>(buffer + at))) isValid = false;
  }
}

function decodeBytes(start: u32): void {
  let to = start;
  for (let from = start; from < used; from++) {
    let byte = <u32>load<u8>(buffer + from);
    if (byte >= 0xc0 && from + 1 < used) byte = (byte << 6) | (load<u8>(buffer + ++from) & 0x3f);
    store<u8>(buffer + to++, byte);
  }
  used = to;
}

function putApp(appPointer: u32, length: u32): void {
  if (!isValid || length > capacity || used + length + ownFieldBytes > capacity) {
    isValid = false;
    return;
  }
  app.copyIn(buffer + used, appPointer, length);
  used += length;
}

function putKernel(pointer: usize, length: u32): void {
  memory.copy(buffer + used, pointer, length);
  used += length;
}

function putConstant(constant: usize): void {
  for (let byte = load<u8>(constant); byte != 0; byte = load<u8>(++constant)) putByte(byte);
}

function putDecimalNumber(value: u64): void {
  let divisor: u64 = 1;
  while (value / divisor >= 10) divisor *= 10;
  for (; divisor != 0; divisor /= 10) putByte(0x30 + <u32>(value / divisor % 10));
}

function putByte(byte: u32): void {
  store<u8>(buffer + used++, byte);
}

function putLineEnd(): void {
  store<u16>(buffer + used, 0x0a0d);
  used += 2;
}
