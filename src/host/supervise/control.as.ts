// The socket by which the command line speaks to the supervisor: one connection, one request, one
// answer (contracts/supervisor.ts). In Linux's abstract namespace, it goes with its process.
import * as mmio from "../../kernel/base/machine/mmio.as";
import {
  clearLine, lineLength, lineStart, putByte, putDecimal, putText,
} from "../../kernel/base/line.as";
import { text } from "../../kernel/base/text.as";
import {
  accept, bind, close, listen, openSocket, read, socketOption, userId, write,
} from "../system-calls.as";

const localFamily: u32 = 1; // AF_UNIX
const streamKind: u32 = 0x80801; // SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK
const acceptFlags: u32 = 0x80800;
const backlog: u32 = 64;
const nameOffset: u32 = 3; // behind the family and the NUL of the abstract namespace
const nameLimit: u32 = 107;
const socketLevel: u32 = 1; // SOL_SOCKET
const peerCredentials: u32 = 17; // SO_PEERCRED
const requestLimit: u32 = 64;

/** How many may be connected at once; who comes later waits in the backlog. */
export const connectionLimit: u32 = 32;

const address = memory.data(112, 8);
const credentials = memory.data(16, 8);
const credentialsLength = memory.data(8, 8);
const descriptors = memory.data(256, 8); // i64 for each connection, 0 for none
const waiting = memory.data(32); // whether a connection waits for the end, or is attached
const request = memory.data(80);

const waitsForEnd: u32 = 1;
const attached: u32 = 2;
const attachedWithoutInput: u32 = 3;
const waitsForReport: u32 = 16; // and the number of the question

let listener: i64 = -1;

/** Opens the socket with this name; the number of a Linux error, or 0. */
export function openControl(name: u64): i64 {
  store<u16>(address, localFamily);
  let length: u32 = 0;
  for (let byte = mmio.read8(name); byte != 0 && length < nameLimit; length++) {
    store<u8>(address + nameOffset + length, byte);
    byte = mmio.read8(name + length + 1);
  }
  listener = openSocket(localFamily, streamKind);
  if (listener < 0) return listener;
  const result = bind(listener, address, nameOffset + length);
  return result < 0 ? result : listen(listener, backlog);
}

/** The descriptor on which connections come. */
export function controlListener(): i64 {
  return listener;
}

/** A connection's descriptor, or 0. */
export function connectionDescriptor(index: u32): i64 {
  return load<i64>(descriptors + (index << 3));
}

/** Takes a connection, unless it is another user's. */
export function takeConnection(): void {
  for (let index: u32 = 0; index < connectionLimit; index++) {
    if (connectionDescriptor(index) != 0) continue;
    const descriptor = accept(listener, acceptFlags);
    if (descriptor < 0) return;
    if (isOurs(descriptor)) store<i64>(descriptors + (index << 3), descriptor);
    else close(descriptor);
    return;
  }
}

/** Whether there is room for one more connection. */
export function hasRoom(): bool {
  for (let index: u32 = 0; index < connectionLimit; index++) {
    if (connectionDescriptor(index) == 0) return true;
  }
  return false;
}

/** The names of the abstract namespace have no owner, but who connects has. */
function isOurs(descriptor: i64): bool {
  store<u32>(credentialsLength, 12);
  const result = socketOption(
    descriptor, socketLevel, peerCredentials, credentials, credentialsLength,
  );
  const user = load<u32>(credentials, 4);
  return result == 0 && (user == 0 || user == userId());
}

/**
 * Reads a connection's request, a line that comes in one piece; the address of its text, which
 * a NUL ends, or 0 when there is none and the connection is closed.
 */
export function readRequest(index: u32): usize {
  const count = read(connectionDescriptor(index), request, requestLimit);
  const isLine = count > 0 && load<u8>(request + <u32>count - 1) == 10;
  if (!isLine || load<u8>(waiting + index) != 0) {
    dropConnection(index);
    return 0;
  }
  store<u8>(request + <u32>count - 1, 0);
  return request;
}

/** Answers with a word and closes the connection. */
export function answer(index: u32, word: usize): void {
  clearLine();
  putText(word);
  sendLine(index);
}

/** Has a connection wait for the instance's end. */
export function awaitEnd(index: u32): void {
  store<u8>(waiting + index, waitsForEnd);
}

/** Has a connection be one that is attached. */
export function markAttached(index: u32): void {
  store<u8>(waiting + index, attached);
}

/** Remembers that nothing more comes from one that is attached. */
export function markInputEnd(index: u32): void {
  store<u8>(waiting + index, attachedWithoutInput);
}

/** Whether it is one. */
export function isAttached(index: u32): bool {
  const state: u32 = load<u8>(waiting + index);
  return state == attached || state == attachedWithoutInput;
}

/** Whether nothing more comes from it. */
export function hasInputEnded(index: u32): bool {
  return load<u8>(waiting + index) == attachedWithoutInput;
}

/** Answers all that wait for the end: `exited STATUS`. */
export function answerWaiting(status: u32): void {
  for (let index: u32 = 0; index < connectionLimit; index++) {
    if (load<u8>(waiting + index) != waitsForEnd) continue;
    clearLine();
    putText(text("exited "));
    putDecimal(status);
    sendLine(index);
  }
}

/** Has a connection wait for the answer to a question. */
export function awaitReport(index: u32, question: u32): void {
  store<u8>(waiting + index, waitsForReport + question);
}

/** Whether one does. */
export function isReportAwaited(question: u32): bool {
  for (let index: u32 = 0; index < connectionLimit; index++) {
    if (<u32>load<u8>(waiting + index) == waitsForReport + question) return true;
  }
  return false;
}

/** Hands the answer to a question to all that wait for it; one of no bytes where none comes. */
export function answerReport(question: u32, bytes: usize, length: u32): void {
  for (let index: u32 = 0; index < connectionLimit; index++) {
    if (<u32>load<u8>(waiting + index) != waitsForReport + question) continue;
    write(connectionDescriptor(index), bytes, length);
    dropConnection(index);
  }
}

function sendLine(index: u32): void {
  putByte(10);
  write(connectionDescriptor(index), lineStart(), lineLength());
  dropConnection(index);
}

/** Closes a connection. */
export function dropConnection(index: u32): void {
  close(connectionDescriptor(index));
  store<i64>(descriptors + (index << 3), 0);
  store<u8>(waiting + index, 0);
}
