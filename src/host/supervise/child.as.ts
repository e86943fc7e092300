// The instance's process: started with its output in pipes, signalled, waited for.
import {
  beginSession, close, control, duplicate, execute, maskSignals, openPipe, poll, processControl,
  read, signal, waitFor, write,
} from "../system-calls.as";
import { linuxExit } from "../../kernel/platform/linux/process.as";
import { joinGroups } from "./groups.as";
import { forkApart } from "./namespaces.as";
import { openOutput, streamCount } from "./output.as";
import { closeProgramChannel, handOverChannel, openChannel } from "./questions.as";
import { closeProgramEnds, openStreams, ownEnd, programEnd } from "./streams.as";

const closeOnExecute: u32 = 0x80000; // O_CLOEXEC
const takeTerminal: u32 = 0x540e; // TIOCSCTTY
const setDeathSignal: u32 = 1; // PR_SET_PDEATHSIG
const killSignal: u32 = 9;
const continueSignal: u32 = 18;
const stopSignal: u32 = 19;
const setMask: u32 = 2; // SIG_SETMASK
const noWait: u32 = 1; // WNOHANG
const failure: u32 = 125;

const failurePipe = memory.data(8, 4); // closed by the program's start
const noSignals = memory.data(8, 8);
const answer = memory.data(8, 8);
const waitStatus = memory.data(8, 4);
const pollRecord = memory.data(8, 4); // struct pollfd

let process: i64 = 0;

/** The instance's process, or 0. */
export function childProcess(): i64 {
  return process;
}

/**
 * Starts a program: `list` is the address of its arguments, behind which its environment stands in
 * `environment`. Returns 0, or the negated number of the Linux error for which it could not start.
 */
export function startChild(path: u64, list: u64, environment: u64): i64 {
  let result = openStreams();
  if (result == 0) result = openChannel();
  if (result == 0) result = openPipe(failurePipe, closeOnExecute);
  if (result < 0) return result;
  const child = forkApart();
  if (child == 0) become(path, list, environment);
  closeProgramEnds();
  closeProgramChannel();
  close(load<u32>(failurePipe, 4));
  if (child < 0) return child;
  const reported = read(load<u32>(failurePipe), answer, 8);
  close(load<u32>(failurePipe));
  if (reported == 8) {
    waitFor(child, waitStatus, 0);
    return load<i64>(answer);
  }
  process = child;
  for (let stream: u32 = 0; stream < streamCount; stream++) {
    openOutput(stream, ownEnd(stream + 1));
  }
  return 0;
}

/** Whether the instance has ended; its status is then in `exitStatus`. */
export function hasEnded(): bool {
  if (process == 0 || waitFor(process, waitStatus, noWait) != process) return false;
  // What it has started and left behind would run on for nobody.
  signal(-process, killSignal);
  process = 0;
  return true;
}

/** The status that a shell would show: the instance's own, or 128 and the signal that ended it. */
export function exitStatus(): u32 {
  const status = load<u32>(waitStatus);
  const byNumber = status & 127;
  return byNumber == 0 ? (status >> 8) & 255 : 128 + byNumber;
}

/** Sends a signal to the instance; what nobody can refuse goes to all its processes. */
export function signalChild(number: u32): i64 {
  if (process == 0) return 0;
  const isForAll = number == killSignal || number == stopSignal || number == continueSignal;
  return signal(isForAll ? -process : process, number);
}

/** Becomes the program, in the new process; a failure goes through a pipe of its own. */
function become(path: u64, list: u64, environment: u64): void {
  beginSession();
  processControl(setDeathSignal, killSignal);
  // Whoever died before that was asked for sends no signal any more.
  close(load<u32>(failurePipe));
  if (hasNoReader(load<u32>(failurePipe, 4))) linuxExit(failure);
  // Where it is a terminal, it becomes the session's; who is at it can interrupt the program.
  control(programEnd(0), takeTerminal, 0);
  for (let stream: u32 = 0; stream <= streamCount; stream++) {
    duplicate(programEnd(stream), stream);
  }
  handOverChannel();
  const joined = joinGroups();
  if (joined < 0) {
    store<i64>(answer, joined);
    write(load<u32>(failurePipe, 4), answer, 8);
    linuxExit(failure);
  }
  maskSignals(setMask, noSignals);
  store<i64>(answer, execute(path, list, environment));
  write(load<u32>(failurePipe, 4), answer, 8);
  linuxExit(failure);
}

/** Whether nobody has a pipe's other end any more. */
function hasNoReader(descriptor: u32): bool {
  store<u32>(pollRecord, descriptor);
  store<u32>(pollRecord, 0, 4);
  return poll(pollRecord, 1, 0) > 0;
}
