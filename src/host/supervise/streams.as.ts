// The program's standard streams: pipes, or one terminal of its own (pts(4), ioctl_tty(2)).
import { text } from "../../kernel/base/text.as";
import { close, control, open, openPipe, setStatusFlags } from "../system-calls.as";

/** The input comes from nowhere. */
export const noInput: u32 = 0;

/** It comes from those who are attached. */
export const pipedInput: u32 = 1;

/** It comes from a terminal of its own, at which they are. */
export const terminalInput: u32 = 2;

const standardStreams: u32 = 3;
const closeOnExecute: u32 = 0x80000; // O_CLOEXEC
const nonBlocking: u32 = 0x800; // O_NONBLOCK
const readWrite: u32 = 2;
const noControl: u32 = 0x100; // O_NOCTTY
const lockTerminal: u32 = 0x4004_5431; // TIOCSPTLCK
const openPeer: u32 = 0x5441; // TIOCGPTPEER
const setSize: u32 = 0x5414; // TIOCSWINSZ
const getAttributes: u32 = 0x5401; // TCGETS
const setAttributes: u32 = 0x5402; // TCSETS
const outputFlags: usize = 4; // c_oflag of struct termios
const addsReturns: u32 = 4; // ONLCR

const ends = memory.data(8, 4);
const theirs = memory.data(24, 8); // i64: what the program finds as 0, 1 and 2
const ours = memory.data(24, 8); // i64: of 0 to write to, of 1 and 2 to read from; -1 for none
const option = memory.data(8, 8);
const attributes = memory.data(64, 4); // struct termios, 36 bytes

let kind: u32 = 0;

/** Sets where the input comes from, by one of the numbers above. */
export function setInput(input: u32): void {
  kind = input;
}

/** What the program is to find as one of its standard streams. */
export function programEnd(stream: u32): i64 {
  return load<i64>(theirs + (stream << 3));
}

/** The other end, or -1. */
export function ownEnd(stream: u32): i64 {
  return load<i64>(ours + (stream << 3));
}

/** Opens all three; the negated number of a Linux error, or 0. */
export function openStreams(): i64 {
  if (kind == terminalInput) return openTerminal();
  const nothing = open(text("/dev/null"), closeOnExecute, 0);
  setEnds(0, nothing, -1);
  for (let stream: u32 = 0; stream < standardStreams; stream++) {
    if (stream == 0 && kind != pipedInput) continue;
    const result = openPipe(ends, closeOnExecute);
    if (result < 0) return result;
    if (stream == 0) close(nothing);
    const reader = load<u32>(ends);
    const writer = load<u32>(ends, 4);
    const own = stream == 0 ? writer : reader;
    setStatusFlags(own, nonBlocking);
    setEnds(stream, stream == 0 ? reader : writer, own);
  }
  return 0;
}

/** Closes what only the program needs, once it has it. */
export function closeProgramEnds(): void {
  for (let stream: u32 = 0; stream < standardStreams; stream++) close(programEnd(stream));
}

/** Ends the program's input; a terminal's ends with its output. */
export function closeInput(): void {
  if (kind != pipedInput || ownEnd(0) < 0) return;
  close(ownEnd(0));
  store<i64>(ours, -1);
}

/** Lets go of what a program had that has ended; its outputs are closed by those who read them. */
export function releaseStreams(): void {
  closeInput();
  for (let stream: u32 = 0; stream < standardStreams; stream++) {
    store<i64>(ours + (stream << 3), -1);
  }
}

/** Whether it has any input. */
export function hasInput(): bool {
  return kind != noInput;
}

/** Tells the program how large its terminal is; nothing without one. */
export function resizeTerminal(rows: u32, columns: u32): void {
  if (kind != terminalInput || ownEnd(1) < 0) return;
  store<u16>(option, <u16>rows);
  store<u16>(option, <u16>columns, 2);
  store<u32>(option, 0, 4);
  control(ownEnd(1), setSize, option);
}

function openTerminal(): i64 {
  const master = open(text("/dev/ptmx"), readWrite | noControl | closeOnExecute | nonBlocking, 0);
  if (master < 0) return master;
  store<u32>(option, 0);
  let result = control(master, lockTerminal, option);
  if (result == 0) result = control(master, openPeer, readWrite | noControl | closeOnExecute);
  if (result < 0) return result;
  leaveLineEnds(result);
  setEnds(0, result, master);
  setEnds(1, result, master);
  setEnds(2, result, -1);
  return 0;
}

/** Whose terminal is attached has it add a return to each line's end; two would be one too many. */
function leaveLineEnds(terminal: u64): void {
  if (control(terminal, getAttributes, attributes) < 0) return;
  store<u32>(attributes, load<u32>(attributes, outputFlags) & ~addsReturns, outputFlags);
  control(terminal, setAttributes, attributes);
}

function setEnds(stream: u32, program: i64, own: i64): void {
  store<i64>(theirs + (stream << 3), program);
  store<i64>(ours + (stream << 3), own);
}
